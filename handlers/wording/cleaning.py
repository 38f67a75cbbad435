"""Words around cleaning up: gauges, the picker, why something comes where it does, and what became of it."""

from collections.abc import Mapping

from bot.facts.deploy_forms import CleanItem, Gauge
from handlers.wording import errors, numbers
from handlers.wording.language import pick
from handlers.wording.markup import inline, utc
from handlers.wording.said import Params, fill

_TEXT: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Clean up",
        "submit": "Delete",
        "close": "Close",
        "cancel": "Cancel",
        "problem": "Nothing deleted",
        "here": "Choosing what to delete takes a form: this button opens it.",
        "button": "Clean up…",
        "connection": "*Connection*",
        "read_at": "Read from the service {at}; it is read anew while this is open.",
        "never_read": "The service is asked what it keeps. This fills in by itself in a moment.",
        "error": "*The service could not be asked: {what}.* What is shown may be old.",
        "file": "Files",
        "file_hint": "What nothing uses comes first. The data itself stays with the bot's findings; it is sent again "
        "when somebody trains with it.",
        "model": "Models",
        "model_hint": "Oldest first. A model goes for good, with its checkpoints and its job at the service.",
        "job": "Jobs that ended without a model",
        "job_hint": "Oldest first. Their log at the service goes; what the bot knows of them stays.",
        "choose": "Choose",
        "nothing": "Nothing can be deleted here now.",
        "blocked": "*These stay for now*",
        "blocked_line": "• {why}",
        "more": "{items} more are not shown.",
        "no_models": "Models are not listed: this connection's deployments are not managed here, so nobody could tell "
        "whether one is in use.",
        "kind_file": "file",
        "kind_model": "model",
        "kind_job": "job",
        # options
        "failed": "refused by the service",
        "unused": "never used",
        "results": "results of {job}",
        "data": "last used {day}",
        "model_used": "last used {day}",
        "model_never": "never deployed",
        "job_ended": "ended {day}",
        "made": "from {day}",
        # what became of it
        "planted": "Deleting {items} of {connection}. You are told when it is done.",
        "done": "✅ *Cleaned up {connection}: {items} deleted*",
        "done_some": "⚠ *Cleaned up {connection}: {items} deleted, {left} not*",
        "done_none": "⚠ *Nothing was deleted from {connection}*",
        "freed": "{size} freed.",
        "gone_line": "• {kind} {name}",
        "left_line": "{kind} {name}: {why}",
        "not_listed": "{items} more.",
    }
}
_GAUGES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "files_bytes": "files {used} of {limit}",
        "files": "files {used} of {limit}",
        "jobs": "jobs {used} of {limit}",
        "deployments": "deployments {used} of {limit}",
        "": "{what} {used} of {limit}",
    }
}


def say(key: str, locale: str, params: Params | None = None, **markup: str) -> str:
    """One sentence; `params` come from anywhere, `markup` is safe already."""
    return fill(pick(_TEXT, locale)[key], params or {}, **markup)


def gauge(one: Gauge, locale: str) -> str:
    """`files 812 MB of 1 GB`, `jobs 87 of 100`; escaped."""
    table = pick(_GAUGES, locale)
    sized = one.what == "files_bytes"
    used = numbers.storage(one.used) if sized else f"{one.used:,}"
    limit = numbers.storage(one.limit) if sized else f"{one.limit:,}"
    return fill(table.get(one.what) or table[""], {"what": one.what}, used=used, limit=limit)


def name(item: CleanItem) -> str:
    """`train_w47.jsonl · D61`; escaped."""
    shown = item.name.strip() or item.id
    label = item.label if item.label and item.label != shown else ""
    return " · ".join(inline(part, most) for part, most in ((shown, 80), (label, 20)) if part)


def kind(item: CleanItem, locale: str) -> str:
    """`file`, `model`, `job`."""
    return say(f"kind_{item.kind}", locale)


def note(item: CleanItem, locale: str) -> str:
    """Size, why it comes where it does, whose it is: plain text for an option."""
    at = item.used_at or item.created_at
    day = utc(at).rpartition(",")[0] if at else ""
    why = {
        "failed": say("failed", locale),
        "unused": say("unused", locale),
        "results": say("results", locale, job=item.used_by[0] if item.used_by else ""),
        "data": say("data", locale, day=day),
        "model": say("model_used" if item.used_at else "model_never", locale, day=day),
        "job": say("job_ended", locale, day=day),
    }.get(item.why, "")
    dated = say("made", locale, day=day) if day and item.why in ("failed", "unused", "results") else ""
    if item.kind == "model" and not item.used_at and day:
        dated = say("made", locale, day=day)
    size = numbers.size(item.bytes) if item.bytes is not None else ""
    return " · ".join(part for part in (size, why, dated) if part)


def why_not(item: CleanItem, code: str, params: Params, locale: str) -> str:
    """What stands in the way of one thing, in one sentence without a full stop that names it; escaped."""
    if code.startswith("clean_"):
        shown = " · ".join(part for part in (item.name.strip() or item.id, item.label) if part)
        return errors.explain(code, {"owner": "", **params, "item": shown}, locale).happened
    happened = errors.explain(code, params, locale).happened
    return say("left_line", locale, kind=kind(item, locale), name=name(item), why=happened)


def blocked(item: CleanItem, locale: str) -> str:
    """Why it is not offered, in one sentence without a full stop; escaped."""
    params: Params = {"by": ", ".join(item.blocked_by), "owner": item.owner or ""}
    return why_not(item, item.blocked, params, locale)
