"""The modal "Clean up": how full a connection is, and what can go, in the safe order.

Another connection comes back as an action (`clean_connection`), and the service is asked while the modal is open: both
times the view is built anew. What was chosen stays chosen, because block and action ids name the connection.
"""

from typing import Annotated

from pydantic import Field, ValidationError

from bot.facts.deploy_forms import CleanForm, CleanItem
from bot.facts.forms import Choice
from handlers.blocks.primitives import Block, context, divider, section, sections, usable
from handlers.views.inputs import Untrusted, Values, choice, choices, field, modal, options, several
from handlers.wording import errors, numbers
from handlers.wording.cleaning import blocked, gauge, note, say
from handlers.wording.markup import clip, when

CALLBACK = "clean"
CONNECTION_ACTION = "clean_connection"
KINDS = ("file", "model", "job")
_BLOCKED = 30


class Metadata(Untrusted):
    """What the modal carries: ids only. `connection` is the one that is shown."""

    connection: Annotated[str, Field(max_length=100)] = ""
    channel: Annotated[str, Field(max_length=50)] = ""


class Chosen(Untrusted):
    """What stands in the modal: (kind, the service's id) of everything that shall go."""

    connection: str
    channel: str
    items: tuple[tuple[str, str], ...]


def build(form: CleanForm, locale: str, channel: str = "") -> dict[str, object]:
    """The modal for `views.open` and `views.update`; without anything to choose it only informs."""
    free = [one for one in form.items if not one.blocked]
    fields = [block for kind in KINDS for block in _field(form, kind, free, locale)]
    blocks = [*_head(form, locale), *fields]
    if not fields and form.read_at is not None:
        blocks.append(section(say("nothing", locale)))
    if not form.models:
        blocks.append(context(say("no_models", locale)))
    blocks += _staying(form, locale)
    metadata = Metadata(connection=form.connection[:100], channel=channel[:50]).model_dump_json()
    return modal(
        CALLBACK,
        say("title", locale),
        blocks,
        close=say("cancel" if fields else "close", locale),
        submit=say("submit", locale) if fields else "",
        metadata=metadata,
    )


def block_of(kind: str, connection: str) -> str:
    """The block in which things of a kind are chosen: another connection's choice is another block's."""
    return clip(f"{kind}:{connection}", 255)


def parse(values: Values, private_metadata: str) -> Chosen:
    """What was chosen; the bot checks all of it."""
    try:
        carried = Metadata.model_validate_json(private_metadata or "{}")
    except ValidationError:
        carried = Metadata()
    found = [(kind, id_) for kind in KINDS for id_ in several(values, block_of(kind, carried.connection))]
    return Chosen(connection=carried.connection, channel=carried.channel, items=tuple(found))


def _head(form: CleanForm, locale: str) -> list[Block]:
    accessory = None
    if options(form.connections):
        pick = say("choose", locale)
        accessory = choice(CONNECTION_ACTION, form.connections, form.connection, pick)
    lines = [say("connection", locale), " · ".join(gauge(one, locale) for one in form.gauges[:10])]
    blocks: list[Block] = [section("\n".join(line for line in lines if line), accessory, "connection")]
    if form.error:
        said = errors.explain(form.error, form.error_params, locale, text=form.error_text[:600])
        blocks.append(section("\n".join([say("error", locale, what=said.happened), *said.lines()])))
    known = say("read_at", locale, at=when(form.read_at)) if form.read_at else say("never_read", locale)
    return [*blocks, context(known)]


def _field(form: CleanForm, kind: str, free: list[CleanItem], locale: str) -> list[Block]:
    offered = [
        Choice(value=one.id, label=_label(one), note=note(one, locale))
        for one in free
        if one.kind == kind and usable(one.id)
    ]
    if not offered:
        return []
    element = choices(f"clean_{kind}", offered, say("choose", locale))
    return [
        field(
            block_of(kind, form.connection),
            say(kind, locale),
            element,
            hint=say(f"{kind}_hint", locale),
            optional=True,
        )
    ]


def _label(item: CleanItem) -> str:
    """The name, cut so that our own label after it stays."""
    shown = item.name.strip() or item.id
    if not item.label or item.label == shown:
        return shown
    end = f" · {clip(item.label, 20)}"
    return clip(shown, 74 - len(end)) + end


def _staying(form: CleanForm, locale: str) -> list[Block]:
    staying = [one for one in form.items if one.blocked][:_BLOCKED]
    lines = [say("blocked_line", locale, why=blocked(one, locale)) for one in staying]
    found: list[Block] = []
    if lines:
        found += [divider(), *sections([say("blocked", locale), *lines])]
    if form.more:
        counted = numbers.count(form.more, "thing", locale)
        found.append(context(say("more", locale, items=counted)))
    return found
