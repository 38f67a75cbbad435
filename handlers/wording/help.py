"""What can be typed, in the order in which a person needs it."""

from collections.abc import Mapping

from handlers.wording.language import pick
from handlers.wording.said import fill

_LINES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "en": (
        (
            "upload",
            (
                "send a JSONL file, or .txt to go on pretraining (10 MB; larger: *Use as training data*, or the "
                "address of an Azure blob)"
            ),
        ),
        ("data", "what you sent, with findings; `data D57` for one, `data D57 for dbx-eus` for use there"),
        ("train", "choose model, data and settings, see the cost, start; `train like J142` is prefilled"),
        ("jobs", "your jobs; `jobs all` everybody's, `jobs dbx-eus` those of a connection or service"),
        ("job J142", "one job now; without an id your newest"),
        ("log J142", "the service's log of the job"),
        ("pause J142", "also `resume` and `cancel`; asked before it happens"),
        ("results J142", "charts, numbers, checkpoints"),
        ("deploy J142", "ask to deploy a model or checkpoint; the approvers decide"),
        ("approvals", "what waits for you and what you asked; `approvals all`, `approvals A31`"),
        ("deployments", "yours with cost, last call and deletion; `deployments all`, `deployments P12`"),
        ("keep NAME", "call an idle one so that it is not deleted; `keep NAME until 2027-01-31`"),
        ("undeploy NAME", "take one down, after a look at who calls it"),
        ("settings", "your roles, who decides about what you ask for"),
        ("clean", "files, models and jobs that nobody needs any more, in the safe order"),
        ("costs", "what this month's trainings and hosting cost so far"),
        ("audit", "who did what; `audit J142`, `audit P12`, `audit @somebody`"),
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
        "hosted": "{deployments} of yours",
        "expiring": "{deployments} soon deleted by the service",
        "waiting": "{requests} waiting for you",
    }
}


def commands(locale: str) -> tuple[tuple[str, str], ...]:
    """`(what to type, what it does)`."""
    return pick(_LINES, locale)


def say(key: str, locale: str, **params: str) -> str:
    """One sentence; `params` come from anywhere."""
    return fill(pick(_TEXT, locale)[key], params)
