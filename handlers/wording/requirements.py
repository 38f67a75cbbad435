"""What a training needs beyond its data, in words: what is missing, what that means, whom to ask for what."""

from collections.abc import Mapping, Sequence

from bot.facts.jobs import FailureFacts
from handlers.wording.error_tables.azure_ai_hosting import REQUIREMENTS as AZURE_AI
from handlers.wording.error_tables.databricks_hosting import REQUIREMENTS as DATABRICKS
from handlers.wording.language import pick
from handlers.wording.markup import escape, quoted
from handlers.wording.said import Said, fill

KIND = "requirement"
"""The kind of a failure that is about one of them; its code is the requirement's id."""
_GRANTS_SHOWN = 30
_SCOPE = " @ "
"""Between an action and the scope that it is needed at."""
_OTHER: Mapping[str, tuple[str, str, str]] = {
    "en": (
        "{what} is missing",
        "{service} does not train without it.",
        "Ask whoever administers {service} for it, then train again.",
    )
}
_TRIED: Mapping[str, str] = {
    "en": "The bot sent it once, after the approval, and did not see it come about in time. It does not send it a "
    "second time by itself: if the first one is only late, that could buy twice."
}
_ASK_FOR: Mapping[str, Mapping[str, str]] = {
    "en": {
        "command": "What to ask for:",
        "rights": "What to ask for, a role with these rights:",
        "or_rights": "Or a role of your own with these rights:",
        "more": "and {count} more",
        "on": "on {scope}",
    }
}


def is_known(name: str, locale: str = "en") -> bool:
    """Whether a requirement has words of its own."""
    return name in pick(_tables(), locale)


def explain(failure: FailureFacts, locale: str, service: str) -> Said:
    """Why a training was not started, for a failure of `KIND`."""
    happened, meaning, remedy = pick(_tables(), locale).get(failure.code, pick(_OTHER, locale))
    tried = bool(failure.params.get("tried"))
    params = {"what": failure.code.replace("_", " "), **failure.params}
    return Said(
        happened=fill(happened, params, service=service),
        meaning=" ".join(
            [fill(meaning, params, service=service), *([pick(_TRIED, locale)] if tried else [])]
        ),
        remedy=fill(remedy, params, service=service),
        quote=quoted(failure.text) if failure.text.strip() else "",
        request_id=failure.request_id,
    )


def to_ask_for(failure: FailureFacts | None, locale: str) -> str:
    """The rights to ask for as markup to be copied: commands first, then actions below the scope they are for."""
    if failure is None or failure.kind != KIND or not failure.grants:
        return ""
    words = pick(_ASK_FOR, locale)
    shown = failure.grants[:_GRANTS_SHOWN]
    commands = [one for one in shown if _SCOPE not in one]
    rights: dict[str, list[str]] = {}
    for one in shown:
        action, found, scope = one.partition(_SCOPE)
        if found:
            rights.setdefault(scope, []).append(action)
    listed = [
        line
        for scope, actions in rights.items()
        for line in (fill(words["on"], {}, scope=scope), *(f"  {action}" for action in actions))
    ]
    if len(failure.grants) > len(shown):
        listed.append(fill(words["more"], {"count": len(failure.grants) - len(shown)}))
    parts = [f"{words['command']}\n{block(commands)}"] if commands else []
    if listed:
        parts.append(f"{words['or_rights' if commands else 'rights']}\n{block(listed)}")
    return "\n".join(parts)


def block(lines: Sequence[str]) -> str:
    """Lines to be copied: a backtick stays one, since SQL quotes names with it; only three of them end the block."""
    return f"```\n{escape(chr(10).join(lines)).replace('```', 'ˋˋˋ')}\n```"


def _tables() -> Mapping[str, Mapping[str, tuple[str, str, str]]]:
    return {"en": {**AZURE_AI["en"], **DATABRICKS["en"]}}
