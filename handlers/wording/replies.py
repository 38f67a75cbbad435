"""Short confirmations: what is on its way now, and where the outcome will be told."""

from collections.abc import Mapping

from handlers.wording.language import pick
from handlers.wording.said import Params, fill

_SENTENCES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "data_received": "Checking {names}. The findings come to you as a direct message.",
        "data_known": "You sent {name} before: it is {dataset}. `data {dataset}` shows what was found.",
        "control_asked": "Asking the service to {action} {job}. Its card shows when that is done.",
        "left_alone": "{job} is left as it is.",
        "uncertain_found_done": "Looking for {job} at the service again, for two minutes.",
        "uncertain_again_done": "Sending {job} again. Its card shows when the service has taken it.",
        "uncertain_giveup_done": "{job} ends here. Should it turn up at the service, `jobs all` shows it.",
        "data_again": "Trying {dataset} again. Its card shows how it goes.",
        "task_retry_done": "Task {task} runs again now.",
        "task_drop_done": "Task {task} is dropped.",
        "job_started": "{job} is on its way.",
    }
}
_VERBS: Mapping[str, Mapping[str, str]] = {"en": {"pause": "pause", "resume": "resume", "cancel": "cancel"}}


def say(key: str, locale: str, params: Params | None = None) -> str:
    """One sentence, escaped."""
    return fill(pick(_SENTENCES, locale)[key], params or {})


def verb(action: str, locale: str) -> str:
    """`pause`, `resume` or `cancel` as a verb."""
    return pick(_VERBS, locale).get(action, action)
