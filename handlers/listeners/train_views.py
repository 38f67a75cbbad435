"""The training modal: its submission, the summary, Start, and the form anew when a choice changes it.

Errors stand at their fields, and are the ack. What cannot be looked at in three seconds (a file with a setting, what
the service says of a grader) is looked at while a modal says so, and then replaces it: nothing is ordered before Start.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from slack_bolt.async_app import AsyncAck
from sqlalchemy import Connection

from bot.errors import BotError, Denied, Invalid, translated
from bot.facts.forms import FieldSpec, TrainForm, TrainOrder, TrainSummary
from bot.questions import Wish
from bot.store import small
from bot.training import order as orders
from bot.training.checking import check
from bot.training.handed import text_of
from handlers.call import Call
from handlers.desk import Desk
from handlers.finding import questions
from handlers.listeners.actions import Action
from handlers.listeners.request_views import Submitted
from handlers.listeners.view_parts import block_for, metadata_of, values_of
from handlers.views import problem, train, train_checking, train_summary
from handlers.views.train import Draft
from handlers.views.train_fields import HYPER
from handlers.wording.errors import explain_error
from handlers.wording.modals import not_yet
from handlers.wording.said import field_error
from providers.errors import ProviderError
from providers.judging import Judging, judge_of

SEED_BITS: Final = 31


async def ordered(ack: AsyncAck, desk: Desk, call: Call, view: Mapping[str, Any]) -> None:
    """Check the order against what is known here; show the summary, or the errors at their fields."""
    locale = await desk.locale(call)
    given = train.draft(values_of(view), metadata_of(view))

    def wanted(connection: Connection) -> TrainForm:
        wish = Wish(
            connection=given.connection,
            model=given.model.value if given.model else None,
            method=given.method,
            like=given.like,
        )
        return questions(desk).train_form(connection, call.actor, wish)

    form = await desk.deps.store.read(wanted)
    parsed = train.parse(values_of(view), metadata_of(view), form.fields, locale)
    if isinstance(parsed, dict):
        await _mistaken(ack, view, given, parsed, locale)
        return
    # A view that was opened before the model was chosen asks for no method: the model's own is meant.
    order = parsed if given.method else parsed.model_copy(update={"method": form.method})
    if given.files:
        await _look_closer(ack, desk, call, order, given, form.fields)
        return
    try:
        shown = await desk.deps.store.read(lambda c: _summary(desk, c, call, order))
        if _judge(desk, order) is not None:
            await _look_closer(ack, desk, call, order, given, form.fields)
            return
        kept = await _kept(desk, call, shown)
    except Invalid as error:
        kind = desk.deps.settings.connection(order.connection).provider
        text = field_error(explain_error(error, locale, kind))
        await ack(response_action="errors", errors={block_for(view, error.field, "model"): text})
        return
    except BotError as error:
        await ack(response_action="push", view=problem.build(explain_error(error, locale), locale))
        return
    await ack(response_action="push", view=train_summary.build(shown, locale, kept))


async def _mistaken(
    ack: AsyncAck, view: Mapping[str, Any], given: Draft, errors: Mapping[str, str], locale: str
) -> None:
    """Errors at their fields; in a modal of their own where a file is attached, which errors at fields would drop."""
    if not given.files:
        await ack(response_action="errors", errors=dict(errors))
        return
    labels = {
        str(block.get("block_id")): str((block.get("label") or {}).get("text", ""))
        for block in view.get("blocks") or ()
    }
    told = [(labels.get(block_id) or block_id, text) for block_id, text in errors.items()]
    await ack(response_action="push", view=problem.build(not_yet(told, locale), locale))


async def _look_closer(
    ack: AsyncAck, desk: Desk, call: Call, order: TrainOrder, given: Draft, fields: tuple[FieldSpec, ...]
) -> None:
    """Say that it is being looked at, then look."""
    external_id = f"checking:{call.corr}"
    locale = await desk.locale(call)
    await ack(response_action="push", view=train_checking.build(external_id, locale))

    async def look() -> None:
        shown = await _looked(desk, call, order, given, fields, locale)
        await desk.update_pushed(external_id, shown)

    desk.later(call, look, "look closer")


async def _looked(
    desk: Desk, call: Call, order: TrainOrder, given: Draft, fields: tuple[FieldSpec, ...], locale: str
) -> Mapping[str, Any]:
    """The summary, or the modal that says why there is none."""
    at = next((one for one in desk.deps.settings.connections if one.name == order.connection), None)
    try:
        denied = await desk.deps.store.read(lambda c: desk.deps.people.cached_denial(c, call.actor))
        if denied is not None:
            raise Denied(denied)
        read = await _read(desk, given, fields)
        whole = order.model_copy(update={"hyperparameters": {**order.hyperparameters, **read}})
        shown = await desk.deps.store.read(lambda c: _summary(desk, c, call, whole))
        judge = _judge(desk, whole)
        if judge is not None:
            await judge.judge(whole.method, whole.hyperparameters)
        both = [one.label for one in fields if one.name in read and one.name in given.hyperparameters]
        counts = tuple(("file_counts", {"name": label}) for label in both)
        shown = shown.model_copy(update={"warnings": (*shown.warnings, *counts)})
        return train_summary.build(shown, locale, await _kept(desk, call, shown))
    except (BotError, ProviderError) as error:
        known = translated(error) if isinstance(error, ProviderError) else error
        return problem.build(explain_error(known, locale, at.provider if at else ""), locale)


async def _read(desk: Desk, given: Draft, fields: tuple[FieldSpec, ...]) -> dict[str, str]:
    """The settings that are attached as files."""
    described = {one.name: one for one in fields}
    return {
        name: await text_of(
            desk.deps.chat,
            file.id,
            longest=described[name].longest,
            label=described[name].label,
            field=HYPER + name,
        )
        for name, file in given.files.items()
        if name in described
    }


def _judge(desk: Desk, order: TrainOrder) -> Judging | None:
    """Who has something to say about this order before it is made, None = nobody."""
    judge = judge_of(desk.deps.providers.get(order.connection))
    return judge if judge is not None and judge.judges(order.method) else None


async def _kept(desk: Desk, call: Call, shown: TrainSummary) -> int | None:
    """Keep an order that is too long for a view; its number."""
    if train_summary.fits(shown):
        return None
    return await desk.deps.store.write(lambda c: _keep(desk, c, call, shown))


def _keep(desk: Desk, connection: Connection, call: Call, shown: TrainSummary) -> int:
    """Keep an order that is too long for a view; its number."""
    order = train_summary.Kept(user=call.actor.user_id, order=shown.order).model_dump_json().encode()
    return small.keep_order(connection, shown.intent, order, now=desk.deps.clock.now())


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


async def started(ack: AsyncAck, desk: Desk, call: Call, view: Mapping[str, Any]) -> None:
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
VIEWS: Final[Mapping[str, Submitted]] = MappingProxyType(
    {train.CALLBACK: ordered, train_summary.CALLBACK: started}
)
