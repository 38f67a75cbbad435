"""Phrases in sentences about errors that stand there only where something is known, and people's names in them."""

from collections.abc import Mapping

from handlers.wording import jobs
from handlers.wording.language import pick
from handlers.wording.markup import code, inline, mention
from handlers.wording.said import Params
from handlers.wording.services import of_kind, service_name
from providers.describing import Limits

_ROLE = "Cognitive Services OpenAI Contributor"
"""The role for everything but deployments, which name theirs (contracts/azure_openai.md section 2.5)."""
_DECIDED: Mapping[str, Mapping[str, str]] = {
    "en": {
        "expired": "its closing time",
        "withdrawn": "who asked",
        "approved": "a rule of the configuration",
        "": "somebody",
    }
}
_STATES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "open": "waiting",
        "changes": "being changed",
        "approved": "approved",
        "rejected": "rejected",
        "expired": "closed undecided",
        "withdrawn": "withdrawn",
    }
}
_VOTES: Mapping[str, Mapping[str, str]] = {
    "en": {"approve": "approved", "reject": "rejected", "changes": "asked for a change"}
}
_TEXT: Mapping[str, Mapping[str, str]] = {
    "en": {
        "and": " and ",
        "somebody": "somebody else",
        "listed": ": {value}",
        "bracket": " ({value})",
        "command": " The command is {value}.",
        "quota": " ({needed} wanted, {available} left in {pool})",
        "quota_bare": " ({pool})",
        "since": " (since {value})",
        "instead": "Take {value} instead.",
        "other": "Choose another model from the list.",
        "offered": "Choose one from the list; it shows only what this connection offers.",
        "successor": "Train on {value} and deploy that.",
        "other_deploy": "Train on a model that is hosted and deploy that.",
        "jobs_kept": " ({running:,} running, {queued:,} queued, {kept:,} kept)",
        "files_kept": " ({files:,} files, {size} together)",
        "bounds": "{minimum} to {maximum}",
        "bounds_from": "{minimum} or more",
    }
}


_JSON: Mapping[str, Mapping[str, str]] = {
    "en": {
        "json": "{where} cannot be read as JSON",
        "not_object": "{where} is not an object",
        "missing": "{where} is missing",
        "unknown": "{where} is not a documented word",
        "not_text": "{where} is not text",
        "not_list": "{where} is not a list",
        "not_range": "{where} is not two numbers in order",
        "empty": "{where} is empty",
    }
}
"""What is wrong inside of a JSON that was typed, by `why` of the code `grader_invalid`."""


_JSON_REMEDIES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "": "Correct it: a grader needs `type`, `name` and the fields of its type.",
        "response_format": "Correct it, or leave the field empty.",
    }
}


def of(params: Params, locale: str) -> dict[str, str]:
    """Everything that sentences may name beside their parameters; escaped already, empty where nothing is known."""
    words = pick(_TEXT, locale)

    def text(name: str) -> str:
        return inline(str(params.get(name, "")), 200)

    def hint(key: str, name: str) -> str:
        return words[key].format(value=text(name)) if text(name) else ""

    grant = str(params.get("grant", ""))
    found = {
        "deciders": _deciders(params, locale),
        "asker": _person(params, locale),
        "request_state": pick(_STATES, locale).get(text("state"), text("state")),
        "decided_word": pick(_VOTES, locale).get(text("decision"), text("decision")),
        "others_hint": hint("listed", "others"),
        "filters_hint": hint("listed", "filters"),
        "steps_hint": hint("listed", "steps"),
        "action_hint": hint("bracket", "action"),
        "policy_hint": hint("bracket", "policy"),
        "categories_hint": hint("bracket", "categories"),
        "checked_for_service": service_name(text("checked_for")),
        "since_hint": hint("since", "date"),
        "instead_hint": hint("instead", "instead") or words["other"],
        "offered_hint": hint("instead", "instead") or words["offered"],
        "successor_hint": hint("successor", "instead") or words["other_deploy"],
        "role_name": text("role") or _ROLE,
        "grant_hint": words["command"].format(value=code(grant, 600)) if grant else "",
        "quota_hint": _quota(params, locale),
        "capacity_bounds": _bounds(params, locale),
        "json_hint": _json(params, locale),
        "json_remedy": _json_remedy(params, locale),
        "method_word": jobs.method(str(params.get("method", "")), locale),
    }
    if "given" not in params and "model" in params:
        found["given"] = text("model")
    return found


def limits(provider: str, locale: str) -> dict[str, str]:
    """How many jobs and files a resource of this service has room for; empty where nobody documents it."""
    words, known = pick(_TEXT, locale), of_kind(provider)
    most = known.limits if known is not None else Limits()
    jobs_hint = files_hint = ""
    if most.jobs_running and most.jobs_queued and most.jobs_kept:
        jobs_hint = words["jobs_kept"].format(
            running=most.jobs_running, queued=most.jobs_queued, kept=most.jobs_kept
        )
    if most.files and most.files_total_bytes:
        files_hint = words["files_kept"].format(
            files=most.files, size=f"{most.files_total_bytes / 1024**3:g} GB"
        )
    return {"jobs_hint": jobs_hint, "files_hint": files_hint}


def _deciders(params: Params, locale: str) -> str:
    users = str(params.get("by", "")).split()[:5]
    if users:
        named = [mention(one) for one in users]
        return pick(_TEXT, locale)["and"].join(
            [", ".join(named[:-1]), named[-1]] if len(named) > 1 else named
        )
    table = pick(_DECIDED, locale)
    return table.get(str(params.get("state", "")), table[""])


def _person(params: Params, locale: str) -> str:
    user = str(params.get("requester") or params.get("owner") or "")
    return mention(user) if user else pick(_TEXT, locale)["somebody"]


def _quota(params: Params, locale: str) -> str:
    words = pick(_TEXT, locale)
    if "pool" not in params:
        return ""
    pool = inline(str(params["pool"]), 120)
    if "needed" in params and "available" in params:
        needed, available = inline(str(params["needed"]), 20), inline(str(params["available"]), 20)
        return words["quota"].format(needed=needed, available=available, pool=pool)
    return words["quota_bare"].format(pool=pool)


def _json(params: Params, locale: str) -> str:
    table = pick(_JSON, locale)
    why = table.get(str(params.get("why", "")), table["json"])
    return why.format(where=code(str(params.get("where", "")), 120))


def _json_remedy(params: Params, locale: str) -> str:
    table = pick(_JSON_REMEDIES, locale)
    return table.get(str(params.get("name", "")), table[""])


def _bounds(params: Params, locale: str) -> str:
    minimum, maximum = params.get("minimum", 1), params.get("maximum", 0)
    words = pick(_TEXT, locale)
    shown = {
        "minimum": f"{minimum:,}" if isinstance(minimum, int) else inline(str(minimum), 20),
        "maximum": f"{maximum:,}" if isinstance(maximum, int) else inline(str(maximum), 20),
    }
    return words["bounds" if maximum else "bounds_from"].format(**shown)
