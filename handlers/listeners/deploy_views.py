"""The modal "Ask to deploy": opened, rebuilt while it is filled in, and sent."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from slack_bolt.async_app import AsyncAck
from sqlalchemy import Connection

from bot.approvals import requests as asking
from bot.approvals.listing import find
from bot.approvals.machine import over
from bot.chat import Rendered
from bot.deployments import form as forms
from bot.deployments import order as orders
from bot.deployments.form import DeployWish
from bot.errors import BotError, ChatRefused, Denied, Invalid, WrongState
from bot.facts.deploy_forms import DeployForm, DeployOrder
from bot.ids import number_of, request_name
from bot.store import requests, small
from handlers.blocks import answers
from handlers.blocks.primitives import actions, as_message, button, section
from handlers.call import Call
from handlers.desk import Desk
from handlers.listeners.actions import Action
from handlers.listeners.view_parts import block_for, metadata_of, values_of
from handlers.views import deploy, problem
from handlers.views import deploy_fields as fields
from handlers.wording import approvals
from handlers.wording.errors import explain_error
from handlers.wording.markup import fallback
from handlers.wording.said import field_error

CHANGED_MEANWHILE: Final = "hash_conflict"
"""Slack's word for an update of a view that has changed since: a newer update is there or on its way."""


async def form_of(desk: Desk, call: Call, wish: DeployWish) -> DeployForm:
    """The form for what is chosen so far."""
    now, deps = desk.deps.clock.now(), desk.deps

    def work(connection: Connection) -> DeployForm:
        return forms.deploy_form(connection, deps.settings, deps.providers, call.actor, wish, now)

    return await deps.store.read(work)


async def open_deploy(desk: Desk, call: Call, wish: DeployWish) -> None:
    """Open the modal; where there is no trigger (a mention), offer the button that has one."""
    locale = await desk.locale(call)
    if not call.trigger_id:
        text = approvals.say("deploy_here", locale)
        row = [button(approvals.label("deploy", locale), "job_deploy", wish.model or "new", style="primary")]
        blocks = as_message([section(text), *actions(row, "deploy")])
        await desk.reply(call, Rendered(fallback(text), blocks))
        return
    await desk.open_view(call, deploy.build(await form_of(desk, call, wish), locale))


async def open_change(desk: Desk, call: Call, given: str) -> None:
    """The modal again, filled with what a request asks for; only who asked may change it, until it is decided."""
    request = await desk.deps.store.read(lambda c: find(c, call.actor, given))
    if request.requester != call.actor.user_id:
        raise Denied("not_requester", {"request": request.label, "owner": request.requester})
    if request.decided:
        why = over(request.state, request.requester, (request.decision or {}).get("by", ()))
        raise WrongState(why.code, {**why.params, "request": request.label})
    await open_deploy(desk, call, DeployWish(request=request.label, channel=call.channel))


async def rebuild(desk: Desk, call: Call, value: str, _: Any) -> None:
    """Something was chosen that others follow from: show its cost, quotas and options, keep what was typed."""
    del value
    view = call.view or {}
    given = deploy.draft(values_of(view), metadata_of(view))
    wish = DeployWish(
        model=given.model,
        connection=given.connection,
        name=given.name,
        sku=given.sku,
        capacity=given.units,
        content_filter=given.content_filter or "",
        tags=given.tags,
        reason=given.reason,
        until=given.until or "",
        replaces=given.replaces or "",
        request=given.request,
        channel=given.channel,
    )
    shown = deploy.build(await form_of(desk, call, wish), await desk.locale(call))
    try:
        await desk.update_view(str(view.get("id", "")), shown, str(view.get("hash", "")) or None)
    except ChatRefused as error:
        if error.code != CHANGED_MEANWHILE:
            raise


async def submitted(ack: AsyncAck, desk: Desk, call: Call, view: Mapping[str, Any]) -> None:
    """Check the order against what is known here, and ask: in one commit before the ack."""
    locale = await desk.locale(call)
    parsed = deploy.parse(values_of(view), metadata_of(view), locale)
    if isinstance(parsed, dict):
        errors = {block_for(view, name, "model"): text for name, text in parsed.items()}
        await ack(response_action="errors", errors=errors)
        return
    order, channel = parsed, deploy.draft(values_of(view), metadata_of(view)).channel
    try:
        number = await desk.deps.store.write(lambda c: _ask(desk, c, call, order, view, channel))
    except Invalid as error:
        text = field_error(explain_error(error, locale))
        otherwise = "connection" if error.field in ("sku", "capacity") else "model"
        await ack(response_action="errors", errors={block_for(view, error.field, otherwise): text})
        return
    except BotError as error:
        title = approvals.say("deploy_problem", locale)
        await ack(
            response_action="update", view=problem.build(explain_error(error, locale), locale, title=title)
        )
        return
    await ack(response_action="clear")
    if number is not None:
        place, changed = replace(call, channel=channel), order.request is not None
        desk.later(place, lambda: _told(desk, place, number, changed=changed), "asked")


async def _told(desk: Desk, call: Call, number: int, *, changed: bool) -> None:
    """Where it is now: with the approvers, or approved already where a rule says that nobody needs to be asked."""
    request = await desk.deps.store.read(lambda c: requests.get(c, number))
    key = "by_rule" if request is not None and request.auto else "changed" if changed else "asked"
    locale = await desk.locale(call)
    text = approvals.say(key, locale, {"request": request_name(number)})
    await desk.reply(call, answers.under_way(text, locale))


def _ask(
    desk: Desk, connection: Connection, call: Call, order: DeployOrder, view: Mapping[str, Any], channel: str
) -> int | None:
    """The request's number; None for a delivery that was seen before."""
    now, settings, actor = desk.deps.clock.now(), desk.deps.settings, call.actor
    denied = desk.deps.people.cached_denial(connection, actor)
    if denied is not None:
        raise Denied(denied)
    changed = number_of(order.request or "", "A")
    ask = orders.check(connection, order, settings, desk.deps.providers, actor, now=now, request=changed)
    # only now: a form with an error at a field is sent again, in a delivery of its own
    if not small.first_time(connection, call.key, now=now):
        return None
    target = f"{ask.connection}/{ask.name}"
    if changed is not None:
        asking.new_round(
            connection,
            changed,
            ask,
            order.reason,
            actor,
            settings=settings,
            now=now,
            corr=call.corr,
            target=target,
        )
        return changed
    return asking.open_request(
        connection,
        kind="deployment",
        target=target,
        ask=ask,
        reason=order.reason,
        actor=actor,
        channel=channel or settings.slack.channel,
        intent=f"{actor.user_id}:{view.get('id', call.key)}",
        settings=settings,
        now=now,
        corr=call.corr,
        job=number_of(ask.job or "", "J"),
    )


async def job_deploy(desk: Desk, call: Call, value: str, _: Any) -> None:
    """`J142`, `J142:642`, or `new` for the form with nothing chosen."""
    model = value if number_of(value.partition(":")[0], "J") else None
    await open_deploy(desk, call, DeployWish(model=model, channel=call.channel))


ACTIONS: Final[Mapping[str, Action]] = MappingProxyType(
    {
        "job_deploy": Action(job_deploy),
        fields.MODEL_ACTION: Action(rebuild),
        fields.CONNECTION_ACTION: Action(rebuild),
        fields.SKU_ACTION: Action(rebuild),
        fields.CAPACITY_ACTION: Action(rebuild),
        fields.REPLACES_ACTION: Action(rebuild),
    }
)
