"""What can be typed, in the order in which a person needs it."""

from collections.abc import Mapping

from handlers.wording.language import pick
from handlers.wording.said import fill

_LINES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("upload", "send a JSONL file (up to 10 MB; larger files: the shortcut *Use as training data*)"),
        ("data", "what you sent, with findings; `data D57` for one"),
        ("train", "choose model, data and settings, see the cost, start; `train like J142` is prefilled"),
        ("jobs", "your jobs; `jobs all` everybody's"),
        ("job J142", "one job now; without an id your newest"),
        ("log J142", "the service's log of the job"),
        ("pause J142", "also `resume` and `cancel`; asked before it happens"),
        ("results J142", "charts, numbers, checkpoints"),
        ("connections", "services, their health and quotas"),
        ("help", "this text"),
    )
}
_TEXT: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "*Tunesmith runs the life of a fine-tuned model*",
        "ids": "Ids have any case (`J142`, `d57`); a suffix, the service's id or a link to the card will do too. "
        "Nothing needs to be remembered: a word without an id shows a list.",
        "thread": "In a job's thread, mention the bot: `@{app} pause`. Slash commands do not work in threads.",
        "file": "A file of any size: send it to the bot directly, mention the bot with it, or use the message shortcut "
        "*Use as training data*. Send two files in one message for training and validation.",
        "later": "*`{word}` comes with the next part of the bot*",
        "later_what": "Deploying, approving and watching deployments are not there yet.",
        "unknown": "*There is no command `{given}`*",
        "nearest": "Did you mean `{nearest}`?",
        "see_help": "`help` lists what can be typed.",
        "launcher": "*What do you want to do?*",
        "launcher_lists": "Forms open here; lists come to you as direct messages.",
        "nothing": "Nothing of yours is running.",
        "running": "{jobs} of yours running",
        "starting": "{jobs} being started",
        "unsure": "{jobs} unclear whether started",
        "ready": "{datasets} ready to train with",
    }
}


def commands(locale: str) -> tuple[tuple[str, str], ...]:
    """`(what to type, what it does)`."""
    return pick(_LINES, locale)


def say(key: str, locale: str, **params: str) -> str:
    """One sentence; `params` come from anywhere."""
    return fill(pick(_TEXT, locale)[key], params)
