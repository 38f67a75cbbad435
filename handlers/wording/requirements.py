"""What a training needs beyond its data, in words: what is missing, what that means, whom to ask for what."""

from collections.abc import Mapping

from bot.facts.jobs import FailureFacts
from handlers.wording.error_tables.azure_ai_hosting import REQUIREMENTS as AZURE_AI
from handlers.wording.error_tables.databricks_hosting import REQUIREMENTS as DATABRICKS
from handlers.wording.language import pick
from handlers.wording.markup import code, quoted
from handlers.wording.said import Said, fill

KIND = "requirement"
"""The kind of a failure that is about one of them; its code is the requirement's id."""
_GRANTS_SHOWN = 12
_OTHER: Mapping[str, tuple[str, str, str]] = {
    "en": (
        "{what} is missing",
        "{service} does not train without it.",
        "Ask whoever administers {service} for it, then train again.",
    )
}
_ASK_FOR: Mapping[str, str] = {"en": "What to ask for:"}
_MORE: Mapping[str, str] = {"en": "and {count} more"}


def is_known(name: str, locale: str = "en") -> bool:
    """Whether a requirement has words of its own."""
    return name in pick(_tables(), locale)


def explain(failure: FailureFacts, locale: str, service: str) -> Said:
    """Why a training was not started, for a failure of `KIND`."""
    happened, meaning, remedy = pick(_tables(), locale).get(failure.code, pick(_OTHER, locale))
    params = {"what": failure.code.replace("_", " "), **failure.params}
    grants = [code(one, 300) for one in failure.grants[:_GRANTS_SHOWN]]
    more = len(failure.grants) - len(grants)
    if more > 0:
        grants.append(fill(pick(_MORE, locale), {"count": more}))
    asked = f" {pick(_ASK_FOR, locale)} {', '.join(grants)}." if grants else ""
    return Said(
        happened=fill(happened, params, service=service),
        meaning=fill(meaning, params, service=service),
        remedy=fill(remedy, params, service=service) + asked,
        quote=quoted(failure.text) if failure.text.strip() else "",
        request_id=failure.request_id,
    )


def _tables() -> Mapping[str, Mapping[str, tuple[str, str, str]]]:
    return {"en": {**AZURE_AI["en"], **DATABRICKS["en"]}}
