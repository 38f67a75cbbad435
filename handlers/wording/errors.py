"""Sentences for every code of `bot.errors` and `providers.codes`: what happened, what it means, what to do.

The sentences are in `handlers.wording.error_tables`. A code without one is told with the service's own words.
"""

from bot.errors import BotError, ChatError, ServiceSays
from handlers.wording import error_hints, jobs, numbers
from handlers.wording.error_tables import approvals as approvals_table
from handlers.wording.error_tables import asking as asking_table
from handlers.wording.error_tables import azure_ai as azure_ai_table
from handlers.wording.error_tables import azure_ai_hosting as azure_ai_hosting_table
from handlers.wording.error_tables import bot as bot_table
from handlers.wording.error_tables import cleaning as cleaning_table
from handlers.wording.error_tables import data as data_table
from handlers.wording.error_tables import databricks as databricks_table
from handlers.wording.error_tables import databricks_hosting as databricks_hosting_table
from handlers.wording.error_tables import deployments as deployment_table
from handlers.wording.error_tables import files as files_table
from handlers.wording.error_tables import order as order_table
from handlers.wording.error_tables import service as service_table
from handlers.wording.error_tables import storage as storage_table
from handlers.wording.language import pick
from handlers.wording.markup import quoted
from handlers.wording.said import Params, Said, fill

_TABLES = (
    bot_table.SENTENCES,
    files_table.SENTENCES,
    data_table.SENTENCES,
    order_table.SENTENCES,
    approvals_table.SENTENCES,
    asking_table.SENTENCES,
    deployment_table.SENTENCES,
    cleaning_table.SENTENCES,
    service_table.SENTENCES,
    storage_table.SENTENCES,
    azure_ai_table.SENTENCES,
    azure_ai_hosting_table.SENTENCES,
    databricks_table.SENTENCES,
    databricks_hosting_table.SENTENCES,
)
_UNKNOWN = {
    "en": (
        "{service} refused this",
        "The reason is not one that we know (`{code}`).",
        "Try again in a moment. When it comes back, give the code and the request id to whoever runs the bot.",
    )
}
_SERVICE = {"en": "The service"}
_ACTIONS = {
    "en": {
        "pause": "paused",
        "resume": "resumed",
        "cancel": "cancelled",
    }
}
_CANNOT = {
    "en": {
        "pause": "cannot be paused now",
        "resume": "cannot be resumed now",
        "cancel": "cannot be cancelled now",
        "results": "has no results",
        "train_like": "has no settings that can be taken over",
        "answer": "needs no answer any more",
        "log": "has no log yet",
        "keep": "cannot be kept now",
        "take_down": "cannot be taken down now",
        "retry": "cannot be tried again now",
        "adopt": "cannot be taken over now",
        "remind": "needs no reminder now",
    }
}
_CANNOT_OTHER = {"en": "cannot be changed now"}
_TOLD_STATES = {
    "en": {
        "waiting": "It is not at the service yet",
        "submitting": "It is being started",
        "uncertain": "It is unclear whether it started",
        "refused": "It was not started",
        "pending": "It is in the queue",
        "running": "It is running",
        "pausing": "It is pausing",
        "paused": "It is paused",
        "resuming": "It is resuming",
        "succeeded": "It is trained",
        "failed": "It has failed",
        "cancelled": "It is cancelled",
        "approved": "It is approved and not sent yet",
        "sending": "It is being sent",
        "creating": "It is being created",
        "starting": "It does not answer yet",
        "live": "It answers",
        "removing": "It is being taken down",
        "gone": "It is not there any more",
    }
}
_TOLD_OTHER = {"en": "Its state is {state}"}

_SIZES = ("bytes", "limit", "expected", "sent")
"""Parameters that are bytes."""
_DATA_STATES = {
    "en": {
        "received": "not checked yet",
        "checking": "being checked",
        "refused": "refused because of errors",
        "ready": "ready",
        "unreadable": "not readable",
    }
}


def is_known(code: str) -> bool:
    """Whether the code has sentences of its own."""
    return any(code in table["en"] for table in _TABLES)


def sentences(code: str, locale: str) -> tuple[str, str, str]:
    """The three sentences of a code before they are filled; the general ones for a code that has none."""
    found = (pick(table, locale).get(code) for table in _TABLES)
    return next((one for one in found if one), pick(_UNKNOWN, locale))


def explain(
    code: str, params: Params, locale: str, *, text: str = "", request_id: str = "", provider: str = ""
) -> Said:
    """A code in words. `text` are the service's own, quoted; `provider` names the service."""
    happened, meaning, remedy = sentences(code, locale)
    who = jobs.service(provider) if provider else pick(_SERVICE, locale)
    given = str(params.get("state", "…"))
    state = jobs.state_word(given, locale)
    action = pick(_ACTIONS, locale).get(str(params.get("action", "")), "changed")
    cannot = pick(_CANNOT, locale).get(str(params.get("action", "")), pick(_CANNOT_OTHER, locale))
    told = pick(_TOLD_STATES, locale).get(given) or fill(pick(_TOLD_OTHER, locale), {"state": given})
    sizes = {name: numbers.size(value) for name in _SIZES if isinstance(value := params.get(name), int)}
    more = sizes | {"service": who, "code": fill("{code}", {"code": code}), "action": action}
    more |= {
        "cannot": cannot,
        "told_state": told,
        "state": state[:1].lower() + state[1:],
        "data_state": pick(_DATA_STATES, locale).get(given, state),
        **error_hints.of(params, locale),
        **error_hints.limits(provider, locale),
    }
    return Said(
        happened=fill(happened, params, **more),
        meaning=fill(meaning, params, **more),
        remedy=fill(remedy, params, **more),
        quote=quoted(text) if text.strip() else "",
        request_id=request_id,
    )


def explain_error(error: BotError, locale: str, provider: str = "") -> Said:
    """Any error of the application in words."""
    if isinstance(error, ServiceSays):
        answer = error.answer
        return explain(
            error.code,
            error.params,
            locale,
            text=answer.message,
            request_id=answer.request_id,
            provider=provider,
        )
    if isinstance(error, ChatError) and not is_known(error.code):
        return explain("chat_refused", {**error.params, "slack_code": error.code}, locale)
    return explain(error.code, error.params, locale, provider=provider)
