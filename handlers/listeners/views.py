"""Modals: their submissions, and the parts of them that change while they are open."""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy import Connection

from bot.catalogue import search
from bot.datasets import taking_in
from bot.datasets.taking_in import Attached, Taken
from bot.errors import BotError, Denied, Invalid, NotThere
from bot.facts.forms import TrainForm, TrainOrder, TrainSummary
from bot.questions import Wish
from bot.store import small
from bot.training import order as orders
from bot.training.checking import check
from handlers.call import Call, of_interaction
from handlers.desk import Desk
from handlers.finding import questions
from handlers.handing_in import accounts, of_form, received
from handlers.listeners import clean_views, deployment_views, request_views
from handlers.listeners.actions import Action
from handlers.listeners.view_parts import block_for, metadata_of, values_of
from handlers.views import problem, train, train_summary, upload
from handlers.wording.errors import explain_error
from handlers.wording.said import field_error

EVERY: Final = re.compile(".*")
SEED_BITS: Final = 31
VIEWS: Final = MappingProxyType({**request_views.VIEWS, **deployment_views.VIEWS, **clean_views.VIEWS})
"""Modals whose submissions are handled in files of their own."""


def register(app: AsyncApp, desk: Desk) -> None:
    """Listen to the modals of ours."""

    @app.view(EVERY)
    async def on_view(ack: AsyncAck, body: dict[str, Any]) -> None:
        call = of_interaction(body, "modal", desk.deps.new_id())
        view = call.view or {}
        match view.get("callback_id"):
            case upload.CALLBACK:
                await _upload(ack, desk, call, view)
            case train.CALLBACK:
                await _train(ack, desk, call, view)
            case train_summary.CALLBACK:
                await _start(ack, desk, call, view)
            case str(name) if name in VIEWS:
                await VIEWS[name](ack, desk, call, view)
            case _:
                await ack()

    @app.options(train.MODEL_ACTION)
    async def on_model_options(ack: AsyncAck, body: dict[str, Any]) -> None:
        view = body.get("view") or {}
        name = train.built_for(values_of(view), metadata_of(view)) or desk.deps.settings.connections[0].name
        value = body.get("value")
        typed = value if isinstance(value, str) else ""
        provider = desk.deps.providers.get(name)
        methods = provider.capabilities.methods if provider else ()
        found = await desk.deps.store.read(lambda c: search(c, name, typed, methods))
        await ack(options=train.model_options(found))


async def _upload(ack: AsyncAck, desk: Desk, call: Call, view: Mapping[str, Any]) -> None:
    """Take the files in. Never an error at a field when there is a file: the modal would lose it."""
    given = upload.parse(values_of(view), metadata_of(view))
    files: list[Attached] = []
    target = given.connection or desk.deps.settings.connections[0].name

    def work(connection: Connection) -> Taken:
        if not small.first_time(connection, call.key, now=desk.deps.clock.now()):
            return Taken()
        denied = desk.deps.people.cached_denial(connection, call.actor)
        if denied is not None:
            raise Denied(denied)
        files[:] = of_form(given, accounts(desk))
        desk.deps.settings.connection(target)
        return taking_in.take_in(
            connection,
            files,
            call.actor,
            target=target,
            source={"via": "modal"},
            via="modal",
            now=desk.deps.clock.now(),
            corr=call.corr,
        )

    try:
        taken = await desk.deps.store.write(work)
    except KeyError:
        await _refused(ack, desk, call, NotThere("connection", {"given": target}))
        return
    except BotError as error:
        if isinstance(error, Invalid) and given.empty_handed and block_for(view, error.field, ""):
            text = field_error(explain_error(error, await desk.locale(call)))
            await ack(response_action="errors", errors={error.field: text})
            return
        await _refused(ack, desk, call, error)
        return
    await ack(response_action="clear")
    if taken.numbers:
        place = _in_channel(call, given.channel)
        desk.later(place, lambda: received(desk, place, files, taken), "upload")


def _in_channel(call: Call, channel: str) -> Call:
    return replace(call, channel=channel)


async def _refused(ack: AsyncAck, desk: Desk, call: Call, error: BotError) -> None:
    await ack()
    desk.later(call, lambda: desk.refuse(call, error), "refuse")


async def _train(ack: AsyncAck, desk: Desk, call: Call, view: Mapping[str, Any]) -> None:
    """Check the order against what is known here; show the summary, or the errors at their fields."""
    locale = await desk.locale(call)
    given = train.draft(values_of(view), metadata_of(view))

    def wanted(connection: Connection) -> TrainForm:
        wish = Wish(
            connection=given.connection,
            model=given.model.value if given.model else None,
            method=given.method,
        )
        return questions(desk).train_form(connection, call.actor, wish)

    form = await desk.deps.store.read(wanted)
    parsed = train.parse(values_of(view), metadata_of(view), form.fields, locale)
    if isinstance(parsed, dict):
        await ack(response_action="errors", errors=parsed)
        return
    # A view that was opened before the model was chosen asks for no method: the model's own is meant.
    order = parsed if given.method else parsed.model_copy(update={"method": form.method})
    try:
        shown = await desk.deps.store.read(lambda c: _summary(desk, c, call, order))
        fits = train_summary.fits(shown)
        kept = None if fits else await desk.deps.store.write(lambda c: _keep(desk, c, call, shown))
    except Invalid as error:
        kind = desk.deps.settings.connection(order.connection).provider
        text = field_error(explain_error(error, locale, kind))
        await ack(response_action="errors", errors={block_for(view, error.field, "model"): text})
        return
    except BotError as error:
        await ack(response_action="push", view=problem.build(explain_error(error, locale), locale))
        return
    await ack(response_action="push", view=train_summary.build(shown, locale, kept))


def _keep(desk: Desk, connection: Connection, call: Call, shown: TrainSummary) -> int:
    """Keep an order that is too long for a view; its number."""
    order = train_summary.Kept(user=call.actor.user_id, order=shown.order).model_dump_json().encode()
    name = f"order:{shown.intent}"
    return small.keep_bytes(connection, name, "application/json", order, now=desk.deps.clock.now())


async def _order_of(desk: Desk, call: Call, confirmed: train_summary.Confirmed | None) -> TrainOrder | None:
    """The order that Start was pressed for; None when it is lost, or another person's."""
    number = confirmed.kept if confirmed is not None else None
    if confirmed is None or number is None:
        return confirmed.order if confirmed is not None else None
    try:
        data = await desk.deps.store.read(lambda c: small.bytes_of(c, number))
        kept = train_summary.Kept.model_validate_json(data)
    except (LookupError, ValueError):
        return None
    return kept.order if kept.user == call.actor.user_id else None


def _summary(desk: Desk, connection: Connection, call: Call, order: TrainOrder) -> TrainSummary:
    denied = desk.deps.people.cached_denial(connection, call.actor)
    if denied is not None:
        raise Denied(denied)
    now = desk.deps.clock.now()
    checked = check(connection, order, desk.deps.providers, desk.deps.settings, call.actor.team_id, now=now)
    ask = orders.approval_needed(connection, desk.deps.settings, checked, now=now)
    return orders.summary(desk.deps.settings, checked, intent=call.corr, ask=ask)


async def _start(ack: AsyncAck, desk: Desk, call: Call, view: Mapping[str, Any]) -> None:
    """Write the intent once, whatever happens to this process afterwards."""
    confirmed = train_summary.parse(metadata_of(view))
    order = await _order_of(desk, call, confirmed)
    if confirmed is None or order is None:
        await ack(response_action="clear")
        desk.later(call, lambda: desk.refuse(call, Invalid("order_lost")), "refuse")
        return
    intent = f"{call.actor.user_id}:{confirmed.intent}"
    channel = desk.deps.settings.slack.channel

    def work(connection: Connection) -> int:
        now = desk.deps.clock.now()
        denied = desk.deps.people.cached_denial(connection, call.actor)
        if denied is not None:
            raise Denied(denied)
        checked = check(
            connection, order, desk.deps.providers, desk.deps.settings, call.actor.team_id, now=now
        )
        return orders.start(
            connection,
            checked,
            actor=call.actor,
            channel=channel,
            intent=intent,
            seed=desk.deps.rng.getrandbits(SEED_BITS),
            settings=desk.deps.settings,
            now=now,
            corr=call.corr,
        )

    try:
        await desk.deps.store.write(work)
    except BotError as error:
        locale = await desk.locale(call)
        await ack(response_action="update", view=problem.build(explain_error(error, locale), locale))
        return
    await ack(response_action="clear")


async def rebuild_train(desk: Desk, call: Call, value: str, _: Any) -> None:
    """Another connection or model was chosen: show its fields, keep what was typed."""
    del value
    view = call.view or {}
    given = train.draft(values_of(view), metadata_of(view))
    wish = Wish(
        connection=given.connection,
        training_type=given.training_type,
        model=given.model.value if given.model else None,
        train=given.train,
        valid=given.valid,
        like=given.like,
        channel=given.channel,
        method=given.method,
        split=int(given.split) if given.split and given.split.isdecimal() else None,
    )
    form = await desk.deps.store.read(lambda c: questions(desk).train_form(c, call.actor, wish))
    shown = train.build(form, await desk.locale(call))
    await desk.update_view(str(view.get("id", "")), shown, str(view.get("hash", "")) or None)


VIEW_ACTIONS: Final[Mapping[str, Action]] = {
    train.CONNECTION_ACTION: Action(rebuild_train),
    train.MODEL_ACTION: Action(rebuild_train),
    train.METHOD_ACTION: Action(rebuild_train),
}
