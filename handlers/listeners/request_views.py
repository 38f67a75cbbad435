"""The modals of requests that are sent: reasons of votes and of a broken glass, and what is asked to be deployed."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from slack_bolt.async_app import AsyncAck
from sqlalchemy import Connection

from bot.approvals import voting
from bot.approvals.listing import find
from bot.errors import BotError, Invalid, NotThere
from bot.store import small
from handlers.blocks import answers
from handlers.call import Call
from handlers.desk import Desk
from handlers.listeners import deploy_views
from handlers.listeners.view_parts import metadata_of, values_of
from handlers.views import deploy, problem, vote
from handlers.views.vote import About
from handlers.wording import approvals
from handlers.wording.errors import explain_error
from handlers.wording.said import field_error

Submitted = Callable[[AsyncAck, Desk, Call, Mapping[str, Any]], Awaitable[None]]


async def voted(ack: AsyncAck, desk: Desk, call: Call, view: Mapping[str, Any]) -> None:
    """Plant the vote in one commit, then ack; the task that counts it asks who this is."""
    locale = await desk.locale(call)
    about = vote.about(metadata_of(view))
    reason, errors = vote.reason(values_of(view), locale)
    if errors:
        await ack(response_action="errors", errors=errors)
        return
    try:
        if about is None:
            raise NotThere("request", {"given": ""})
        known = about
        await desk.deps.store.write(lambda c: _plant(desk, c, call, known, reason))
    except Invalid as error:
        text = field_error(explain_error(error, locale))
        await ack(response_action="errors", errors={"reason": text})
        return
    except BotError as error:
        title = approvals.say("vote_problem", locale)
        await ack(
            response_action="update", view=problem.build(explain_error(error, locale), locale, title=title)
        )
        return
    await ack(response_action="clear")
    if known.kind == "glass":
        may = await desk.deps.store.read(lambda c: desk.deps.people.knows_glass(c, call.actor))
        text = approvals.say("breaking" if may else "breaking_asked", locale, {"request": known.request})
        desk.later(call, lambda: desk.reply(call, answers.under_way(text, locale)), "glass")


def _plant(desk: Desk, connection: Connection, call: Call, about: About, reason: str) -> None:
    now = desk.deps.clock.now()
    if not small.first_time(connection, call.key, now=now):
        return
    number = find(connection, call.actor, about.request).id
    if about.kind == "glass":
        voting.plant_glass(
            connection, number, about.round, reason, call.actor, click=call.key, now=now, corr=call.corr
        )
        return
    voting.plant_vote(
        connection,
        number,
        about.round,
        about.kind,
        reason,
        call.actor,
        click=call.key,
        now=now,
        corr=call.corr,
    )


VIEWS: Final[Mapping[str, Submitted]] = MappingProxyType(
    {deploy.CALLBACK: deploy_views.submitted, vote.CALLBACK: voted}
)
