"""The training modal: everything that a job needs, with fields as the provider describes them.

A change of connection or model comes back as an action (`train_connection`, `train_model`); the listener builds the
form anew and updates the view, and Slack keeps what was typed because block and action ids stay the same.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, ValidationError

from bot.facts.forms import Choice, FieldSpec, TrainForm, TrainOrder
from handlers.blocks.primitives import Block, Element, actions, button, context, plain, section, usable
from handlers.views import train_gone
from handlers.views.inputs import (
    Untrusted,
    Values,
    choice,
    chosen,
    field,
    label_of,
    modal,
    number,
    options,
    typed,
)
from handlers.views.train_fields import (
    ANY_SIGNS,
    FILE,
    HYPER,
    hyper_blocks,
    kept,
    read_number,
    read_seed,
    read_suffix,
    read_text,
)
from handlers.views.upload import FileHandle, attached
from handlers.wording import numbers
from handlers.wording.actions import label
from handlers.wording.jobs import method
from handlers.wording.markup import units, when
from handlers.wording.modals import elsewhere, say

CALLBACK = "train"
CONNECTION_ACTION = "train_connection"
TYPE_ACTION = "train_type"
MODEL_ACTION = "train_model"
METHOD_ACTION = "train_method"
SEED_MAXIMUM = 2**31 - 1


class Metadata(Untrusted):
    """What the modal carries: ids only. The form was built for `connection`, whose suffixes may have `signs`."""

    channel: Annotated[str, Field(max_length=50)] = ""
    like: Annotated[str, Field(max_length=30)] | None = None
    connection: Annotated[str, Field(max_length=100)] | None = None
    signs: Annotated[str, Field(max_length=10)] = ANY_SIGNS


class Draft(Untrusted):
    """What stands in the modal at this moment, unchecked; for building it anew."""

    connection: str | None
    training_type: str | None
    model: Choice | None
    train: str | None
    valid: str | None
    hyperparameters: dict[str, str]
    seed: str
    suffix: str
    like: str | None
    channel: str
    signs: str = ANY_SIGNS
    method: str | None = None
    split: str | None = None
    files: Mapping[str, FileHandle] = MappingProxyType({})


def build(form: TrainForm, locale: str) -> dict[str, object]:
    """The modal for `views.open` and `views.update`."""
    title, close = say("train_title", locale), say("close", locale)
    carried = Metadata(
        channel=form.channel[:50],
        like=form.like,
        connection=form.connection[:100],
        signs=form.suffix_signs[:10],
    )
    metadata = carried.model_dump_json()
    if not options(form.connections):
        return modal(CALLBACK, title, [section(say("no_connection", locale))], close=close, metadata=metadata)
    if form.closed:
        gone = train_gone.blocks(form, CONNECTION_ACTION, locale)
        return modal(CALLBACK, title, gone, close=close, metadata=metadata)
    if not options(form.datasets):
        upload = button(label("upload", locale), "launch_upload", "upload", style="primary")
        nothing = [section(say("train_no_data", locale)), *actions([upload], "no_data")]
        return modal(CALLBACK, title, nothing, close=close, metadata=metadata)
    blocks = [
        *([context(say("train_like", locale, {"job": form.like}))] if form.like else []),
        *_what(form, locale),
        *_data(form, locale),
        *(
            block
            for spec in form.fields[:60]
            if usable(spec.name)
            for block in hyper_blocks(spec, form.like or "", locale)
        ),
        *_last(form, locale),
    ]
    return modal(CALLBACK, title, blocks, close=close, submit=say("train_submit", locale), metadata=metadata)


def model_options(choices: Iterable[Choice]) -> list[Element]:
    """The options that answer a `block_suggestion` of the model select: at most 100."""
    return options(list(choices))


def draft(values: Values, private_metadata: str) -> Draft:
    """What stands in the modal now; never fails."""
    carried = _metadata(private_metadata)
    model = chosen(values, "model")
    return Draft(
        connection=chosen(values, "connection"),
        training_type=chosen(values, "training_type"),
        model=Choice(value=model, label=label_of(values, "model") or model) if model else None,
        train=chosen(values, "train"),
        valid=chosen(values, "valid"),
        hyperparameters={
            name: text
            for name in _hyper_names(values)
            if (text := typed(values, HYPER + name) or chosen(values, HYPER + name))
        },
        method=chosen(values, "method"),
        split=chosen(values, "split"),
        seed=typed(values, "seed"),
        suffix=typed(values, "suffix"),
        like=carried.like,
        channel=carried.channel,
        signs=carried.signs,
        files={
            block_id.removeprefix(FILE): file
            for block_id in values
            if block_id.startswith(FILE) and (file := attached(values, block_id))
        },
    )


def parse(
    values: Values, private_metadata: str, fields: Iterable[FieldSpec] = (), locale: str = "en"
) -> TrainOrder | dict[str, str]:
    """The order, or errors by block id. With `fields` ranges are checked too; the bot checks all of it again.

    What is attached as a file is not in the order: it counts instead of what was typed, and is still to be read.
    """
    given = draft(values, private_metadata)
    errors: dict[str, str] = {}
    for name in ("connection", "model", "train"):
        if getattr(given, name) is None:
            errors[name] = say("e_required", locale)
    if given.valid is not None and given.valid == given.train:
        errors["valid"] = say("e_same", locale)
    specs = {spec.name: spec for spec in fields}
    read: dict[str, float | int | str] = {
        name: kept(spec) for name, spec in specs.items() if kept(spec) and name not in given.files
    }
    for name, text in given.hyperparameters.items():
        if name in given.files:
            continue
        spec = specs.get(name)
        worded = spec is not None and spec.kind not in ("int", "float")
        value, problem = read_text(text, spec, locale) if spec and worded else read_number(text, spec, locale)
        if value is None:
            errors[HYPER + name] = problem
        else:
            read[name] = value
    seed, seed_problem = read_seed(given.seed, SEED_MAXIMUM, locale)
    suffix, suffix_problem = read_suffix(given.suffix, given.signs, locale)
    errors |= {name: text for name, text in (("seed", seed_problem), ("suffix", suffix_problem)) if text}
    if errors or given.connection is None or given.model is None or given.train is None:
        return errors
    return TrainOrder(
        connection=given.connection,
        training_type=given.training_type,
        model=given.model.value,
        train=given.train,
        valid=given.valid,
        method=given.method or "supervised",
        hyperparameters=read,
        split=int(given.split) if given.split and given.split.isdecimal() else None,
        seed=seed,
        suffix=suffix,
        like=given.like,
        channel=given.channel,
    )


def _what(form: TrainForm, locale: str) -> list[Block]:
    model: Element = {
        "type": "external_select",
        "action_id": MODEL_ACTION,
        "min_query_length": 0,
        "placeholder": plain(say("choose", locale), 150),
    }
    preset = options([form.model]) if form.model else []
    if preset:
        model["initial_option"] = preset[0]
    pick = say("choose", locale)
    blocks = [
        field(
            "connection",
            say("train_connection", locale),
            choice(CONNECTION_ACTION, form.connections, form.connection, pick),
            dispatch=True,
        ),
        field(
            "model", say("train_model", locale), model, hint=say("train_model_hint", locale), dispatch=True
        ),
        context(
            say("train_models_at", locale, at=when(form.catalogue_at))
            if form.catalogue_at
            else say("train_model_stale", locale)
        ),
        *([context(elsewhere(form.elsewhere, locale))] if form.elsewhere else []),
    ]
    if len(form.methods) > 1 or form.method != "supervised":
        named = [Choice(value=one.value, label=_upper(method(one.value, locale))) for one in form.methods]
        blocks.append(
            field(
                "method",
                say("train_method", locale),
                choice(METHOD_ACTION, named, form.method, pick),
                hint=say("train_method_hint", locale),
                dispatch=True,
            )
        )
    if options(form.training_types):
        blocks.append(
            field(
                "training_type",
                say("train_type", locale),
                choice(TYPE_ACTION, form.training_types, form.training_type, pick),
                hint=say("train_type_hint", locale),
            )
        )
    return blocks


def _not_usable(form: TrainForm, locale: str) -> str:
    """Which data is left out, by name as far as that is short, and how some of it can be used."""
    if not form.other_data:
        return ""
    named = ", ".join(form.other_names) or numbers.count(form.other_data, "dataset", locale)
    left = form.other_data - len(form.other_names)
    if form.other_names and left > 0:
        named = say("train_data_left", locale, {"named": named, "count": left})
    told = say("train_data_more", locale, {"datasets": named})
    if form.recheck:
        told += say("train_data_recheck", locale, {"data": form.recheck, "connection": form.connection})
    return told


def _data(form: TrainForm, locale: str) -> list[Block]:
    pick = say("choose", locale)
    blocks = [
        field(
            "train",
            say("train_data", locale),
            choice("train_data", form.datasets, form.train, pick),
            hint=say("train_data_hint", locale) + _not_usable(form, locale),
        )
    ]
    if form.takes_validation:
        blocks.append(
            field(
                "valid",
                say("train_valid", locale),
                choice("train_valid", form.datasets, form.valid, pick),
                hint=say("train_valid_held" if form.holds_back else "train_valid_hint", locale),
                optional=True,
            )
        )
    if form.splits:
        shares = [
            Choice(value=str(one), label=say("train_split_share", locale, share=str(one)))
            for one in form.splits
        ]
        element = choice("split", shares, str(form.split) if form.split else None, pick)
        label_text, hint = say("train_split", locale), say("train_split_hint", locale)
        blocks.append(field("split", label_text, element, hint=hint, optional=True))
    return blocks


def _upper(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _last(form: TrainForm, locale: str) -> list[Block]:
    blocks: list[Block] = []
    if form.takes_seed:
        element = number(
            "seed",
            decimal=False,
            minimum=0,
            maximum=SEED_MAXIMUM,
            initial=form.seed,
            placeholder=say("ph_seed", locale),
        )
        blocks.append(
            field(
                "seed", say("train_seed", locale), element, hint=say("train_seed_hint", locale), optional=True
            )
        )
    if form.suffix_maximum > 0:
        signs = " ".join(form.suffix_signs).replace(" _", " and _")
        hint = say("train_suffix_hint", locale, signs=signs, maximum=str(form.suffix_maximum))
        if 0 < form.suffix_advised < form.suffix_maximum:
            hint += say("train_suffix_advised", locale, advised=str(form.suffix_advised))
        text: Element = {
            "type": "plain_text_input",
            "action_id": "suffix",
            "max_length": min(form.suffix_maximum, 3000),
        }
        if 0 < units(form.suffix) <= form.suffix_maximum:
            text["initial_value"] = form.suffix
        blocks.append(field("suffix", say("train_suffix", locale), text, hint=hint, optional=True))
    return blocks


def _hyper_names(values: Values) -> list[str]:
    return [block_id.removeprefix(HYPER) for block_id in values if block_id.startswith(HYPER)]


def built_for(values: Values, private_metadata: str) -> str | None:
    """The connection that is chosen, or that the form was built for where a preset choice is not told as a value."""
    return chosen(values, "connection") or _metadata(private_metadata).connection


def _metadata(text: str) -> Metadata:
    try:
        return Metadata.model_validate_json(text or "{}")
    except ValidationError:
        return Metadata()
