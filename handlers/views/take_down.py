"""The modal "Take it down?": who called it in the last 24 hours, what ends, what stays."""

from typing import Annotated

from pydantic import Field, ValidationError

from bot.facts.deploy_forms import TakeDownForm
from handlers.blocks.primitives import Block, context, section
from handlers.views.inputs import Untrusted, modal
from handlers.wording import deployments as words
from handlers.wording.deployments_modals import calls, missing_answer, say

CALLBACK = "take_down"


class Metadata(Untrusted):
    """What the modal carries: an id."""

    deployment: Annotated[str, Field(pattern=r"^P[1-9][0-9]{0,17}$")]


def build(form: TakeDownForm, locale: str) -> dict[str, object]:
    """The modal for `views.open` and `views.update`; while the calls are read there is nothing to submit."""
    one = form.deployment
    metadata = Metadata(deployment=one.id).model_dump_json()
    title, close = say("down_title", locale), say("cancel", locale)
    if one.never_sent:
        lines = [say("off_what", locale, service=words.service(one)), say("off_after", locale)]
        about_it = section("\n".join([f"*{words.title(one)}*", words.what(one, locale), *lines]))
        title, submit = say("off_title", locale), say("off_submit", locale)
        return modal(CALLBACK, title, [about_it], close=close, submit=submit, metadata=metadata)
    if form.reading:
        told = section(say("down_reading", locale, name=words.title(one)))
        return modal(CALLBACK, title, [told], close=close, metadata=metadata)
    source = words.monitor(one, locale) if form.problem is not None else ""
    blocks: list[Block] = [
        section("\n".join([f"*{words.title(one)}*", words.what(one, locale)])),
        section("\n".join(line for line in (_calls(form, locale), _after(form, locale)) if line)),
        *([context(source)] if source else []),
    ]
    return modal(CALLBACK, title, blocks, close=close, submit=say("down_submit", locale), metadata=metadata)


def _calls(form: TakeDownForm, locale: str) -> str:
    until = form.last_call_until
    at = words.call_at(form.last_call, until, locale) if form.last_call is not None else ""
    if form.calls_day is None:
        why = words.explain(form.problem, form.deployment, locale).happened if form.problem else "–"
        last = say("down_last", locale, at=at) if at else ""
        return " ".join(part for part in (say("down_unread", locale, why=why), last) if part)
    if form.own_calls:
        told = _counted(form, at if form.calls_day else "", locale)
        times = "down_own_once" if form.own_calls == 1 else "down_own_times"
        own = say(times, locale, count=f"{form.own_calls:,}")
        return f"{told} {say('down_own', locale, calls=own)}"
    return _counted(form, at, locale)


def _counted(form: TakeDownForm, at: str, locale: str) -> str:
    """Calls of others; whose the last one was is not known once some are the bot's own."""
    if form.calls_day:
        counted = calls(form.calls_day, locale)
        if at:
            return say("down_calls", locale, calls=counted, at=at)
        return say("down_calls_bare", locale, calls=counted)
    if form.own_calls:
        return say("down_none", locale)
    return say("down_quiet", locale, at=at) if at else say("down_never", locale)


def _after(form: TakeDownForm, locale: str) -> str:
    one = form.deployment
    parts = [
        say("down_after", locale, answer=missing_answer(one.provider, locale)),
        say("down_saves", locale, day=words.bound(one, one.day, locale)) if one.day is not None else "",
        say("down_stays_foreign" if one.foreign else "down_stays", locale),
    ]
    return " ".join(part for part in parts if part)


def about(private_metadata: str) -> str | None:
    """The deployment's label; None when it carries something else."""
    try:
        return Metadata.model_validate_json(private_metadata).deployment
    except ValidationError:
        return None
