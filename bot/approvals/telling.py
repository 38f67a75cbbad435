"""What is said about a request: its copies, lines in their threads, words to the requester. Inside one transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.approvals.facts import request_facts
from bot.approvals.policy import Policy, frozen
from bot.config.settings import Settings
from bot.facts.deployment_notices import (
    ChangesAsked,
    GlassBroken,
    NewRound,
    RequestDecided,
    RequestReminder,
    VoteRefused,
)
from bot.facts.deployments import ProblemFacts
from bot.facts.notice import Notice
from bot.store import people, requests
from bot.store.requests import Request
from bot.work import card_rows, outbox_rows
from bot.work.outbox_rows import Target


def place_cards(connection: Connection, request: Request, settings: Settings, *, now: datetime) -> None:
    """The copy of the current round in the approvers' channel, and the requester's own."""
    card_rows.place(
        connection,
        requests.card_key(request.id, request.round),
        "request",
        f"{request.label}:{request.round}",
        request.team_id,
        Target(channel=approvals_channel(settings)),
        now=now,
    )
    card_rows.place(
        connection,
        requests.own_card_key(request.id),
        "request_own",
        request.label,
        request.team_id,
        Target(user=request.requester),
        now=now,
    )
    touch_homes(connection, request, now=now)


def approvals_channel(settings: Settings) -> str:
    """Where approvers are asked."""
    return settings.slack.approvals_channel or settings.slack.channel


def touch_homes(connection: Connection, request: Request, *, now: datetime) -> None:
    """What waits for an approver is on their Home tab: it changed for all who may decide, and for the requester."""
    asked = Policy.model_validate(request.policy)
    for user in card_rows.homes(connection):
        person = people.get(connection, user)
        groups = person.groups if person else frozenset()
        if user == request.requester or asked.names(user, groups):
            card_rows.touch(connection, f"home:{user}", now=now)


def locale_of(connection: Connection, user: str) -> str:
    """The language to speak to a person in."""
    person = people.get(connection, user)
    return person.member.locale if person and person.member.locale else "en"


def in_thread(
    connection: Connection,
    request: Request,
    what: str,
    notice: Notice,
    settings: Settings,
    *,
    now: datetime,
    n: int | None = None,
) -> None:
    """Say something under a round's copy (None = the current one's), once for each `what`."""
    outbox_rows.say(
        connection,
        f"request:{request.label}:{what}",
        notice,
        Target(channel=approvals_channel(settings)),
        now=now,
        parent_key=requests.card_key(request.id, request.round if n is None else n),
        locale=locale_of(connection, request.requester),
    )


def to_person(
    connection: Connection, request: Request, what: str, notice: Notice, user: str, *, now: datetime
) -> None:
    """Say something to one person, once for each `what`."""
    outbox_rows.say(
        connection,
        f"request:{request.label}:{what}",
        notice,
        Target(user=user),
        now=now,
        locale=locale_of(connection, user),
    )


def decided(connection: Connection, request: Request, settings: Settings, *, now: datetime) -> None:
    """It is over: a line in the thread, and a word to the requester unless that is who ended it."""
    facts = request_facts(connection, request, settings, now=now)
    line = RequestDecided(request=facts, to="thread")
    in_thread(connection, request, "decided:thread", line, settings, now=now)
    if request.state != "withdrawn":
        told = RequestDecided(request=facts, to="requester")
        to_person(connection, request, "decided:requester", told, request.requester, now=now)
    touch_homes(connection, request, now=now)


def changes_asked(
    connection: Connection, request: Request, by: str, reason: str, settings: Settings, *, now: datetime
) -> None:
    """The requester hears what an approver would like to be different."""
    facts = request_facts(connection, request, settings, now=now)
    notice = ChangesAsked(request=facts, by=by, reason=reason)
    what = f"r{request.round}:changes_asked"
    to_person(connection, request, what, notice, request.requester, now=now)
    touch_homes(connection, request, now=now)


def new_round(connection: Connection, request: Request, settings: Settings, *, now: datetime) -> None:
    """Who follows the old copy's thread learns that a new one asks again."""
    before = request.round - 1
    facts = request_facts(connection, request, settings, now=now)
    what = f"r{request.round}:new_round"
    in_thread(connection, request, what, NewRound(request=facts), settings, now=now, n=before)


def glass_broken(connection: Connection, request: Request, settings: Settings, *, now: datetime) -> None:
    """Told to everybody: in both channels, in the open. `frozen` is the freeze that it does not wait for."""
    facts = request_facts(connection, request, settings, now=now)
    reason = frozen(settings, now) if request.kind == "deployment" else None
    notice = GlassBroken(request=facts.model_copy(update={"frozen": reason or ""}))
    for channel in dict.fromkeys((approvals_channel(settings), settings.slack.channel)):
        outbox_rows.say(
            connection, f"request:{request.label}:glass:{channel}", notice, Target(channel=channel), now=now
        )


def refused(
    connection: Connection,
    request: Request,
    user: str,
    problem: ProblemFacts,
    settings: Settings,
    *,
    key: str,
    shown_round: int,
    now: datetime,
) -> None:
    """What somebody clicked did not count, and why. `key` names the click."""
    facts = request_facts(connection, request, settings, now=now, shown_round=shown_round)
    notice = VoteRefused(request=facts, problem=problem)
    to_person(connection, request, refused_as(key), notice, user, now=now)


def refused_as(key: str) -> str:
    """What `to_person` says about a click that did not count."""
    return f"refused:{key}"


def told(connection: Connection, request: Request, what: str) -> Mapping[str, Any] | None:
    """The notice that was said under this name (as JSON), None when nothing was."""
    return outbox_rows.said(connection, f"request:{request.label}:{what}")


def reminder(
    connection: Connection,
    request: Request,
    nth: int,
    next_at: datetime | None,
    settings: Settings,
    *,
    now: datetime,
) -> None:
    """It still waits."""
    facts = request_facts(connection, request, settings, now=now)
    notice = RequestReminder(request=facts, nth=nth, next_at=next_at)
    in_thread(connection, request, f"r{request.round}:remind:{nth}", notice, settings, now=now)
