"""Sentences about what was done and what it cost. `{…}` parts are markup already."""

from collections.abc import Mapping

from handlers.wording.language import pick
from handlers.wording.said import Params, fill

_SENTENCES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "audit": "*What was done*",
        "audit_about": "*What was done with {about}*",
        "audit_none": "Nothing is written about that. A job, a request, a deployment, data or a person can be named: "
        "`audit J142`, `audit A31`, `audit P12`, `audit @somebody`.",
        "range": "{first} to {last} of {total}",
        "line": "{at} · *{what}* · {subject} · {who}",
        "through": "through {via}",
        "from_to": "{before} → {after}",
        "value": "{name} {text}",
        "corr": "correlation {corr}",
        "more": "Older",
        "back": "Newer",
        "bot": "the bot",
        "costs": "*Costs of {month} so far*",
        "costs_none": "Nothing of this month has cost anything that the bot knows of.",
        "hosting": "Hosting {amount}",
        "training": "Training {amount}",
        "together": "together {amount}",
        "with_estimates": "estimates included",
        "cap": "trainings of a month are asked for from {amount} on",
        "host_line": "{dot} *{title}* · {amount}",
        "until_end": "{amount} by the end of the month",
        "idle": "{amount} of it idle",
        "train_line": "{dot} *{label} {title}* · {amount}",
        "estimated": "{amount} estimated",
        "no_price": "no price known",
        "unknown": "{count} without a price: whoever runs the bot adds prices to its configuration.",
        "not_shown": "{count} smaller ones are not shown.",
        "hours": "hosting by the hour it is there, used or not; UTC months",
        "hours_most": "hosting by the hour it is there, used or not, and at most that where it sleeps without calls; "
        "UTC months",
        "at_most": "at most {amount}",
    }
}
_ACTIONS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "dataset.received": "data taken in",
        "dataset.ready": "data checked",
        "dataset.refused": "data refused",
        "dataset.unreadable": "data could not be read",
        "dataset.processed": "data at the service",
        "dataset.reused": "data there already, nothing sent",
        "dataset.studied": "data compared and counted",
        "dataset.copy_failed": "data not brought to the service",
        "dataset.role": "training and validation data swapped",
        "dataset.retry": "data tried again",
        "dataset.derived": "data made of other data",
        "dataset.report": "full report of data asked for",
        "dataset.repaired": "repaired file asked for",
        "job.ordered": "training asked for",
        "job.created": "training job created",
        "job.adopted": "job taken over",
        "job.pause": "pause asked for",
        "job.resume": "resume asked for",
        "job.cancel": "cancel asked for",
        "job.refused": "job refused",
        "job.succeeded": "job succeeded",
        "job.failed": "job failed",
        "job.cancelled": "job cancelled",
        "job.running": "job running",
        "job.pending": "job pending",
        "job.paused": "job paused",
        "job.pausing": "job about to pause",
        "job.resuming": "job about to go on",
        "job.waiting": "job waiting",
        "job.submitting": "job being submitted",
        "job.uncertain": "job not certain to exist",
        "job.uncertain_found": "job said to exist, looked for again",
        "job.uncertain_again": "job said not to exist, created again",
        "job.uncertain_giveup": "job given up",
        "request.opened": "approval asked for",
        "request.changed": "request changed, asked again",
        "request.approved": "request approved",
        "request.rejected": "request rejected",
        "request.expired": "request closed undecided",
        "request.withdrawn": "request withdrawn",
        "request.glass": "approved without the approvers",
        "request.auto": "approved by a rule",
        "vote.approve": "voted to approve",
        "vote.reject": "voted to reject",
        "vote.changes": "asked for changes",
        "deployment.rollout": "deployment begun",
        "deployment.sent": "deployment sent to the service",
        "deployment.live": "deployment answers",
        "deployment.failed": "deployment failed",
        "deployment.take_down": "take-down asked for",
        "deployment.gone": "deployment gone",
        "deployment.called_off": "deployment called off",
        "deployment.keep": "keeping asked for",
        "deployment.kept": "deployment kept with a call",
        "deployment.found": "deployment found at the service",
        "deployment.changed": "deployment changed at the service",
        "deployment.owned": "deployment taken over",
        "deployment.retry": "rollout tried again",
        "deployment.warned": "owner warned",
        "deployment.offer": "subscription to its base model changed",
        "deployment.key_kept": "key put into the Key Vault",
        "clean.file": "file deleted",
        "clean.model": "model deleted",
        "task.retry": "stuck work tried again",
        "task.drop": "stuck work dropped",
        "clean.job": "job deleted at the service",
    }
}

_VALUES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "remote_id": "at the service",
        "request_id": "request id",
        "counts": "findings",
        "spec": "asked for:",
    }
}


def say(key: str, locale: str, params: Params | None = None, **markup: str) -> str:
    """One sentence; `params` come from anywhere, `markup` is safe already."""
    return fill(pick(_SENTENCES, locale)[key], params or {}, **markup)


def value_name(name: str, locale: str) -> str:
    """What a value of the audit is called; one without words is shown by its name."""
    return pick(_VALUES, locale).get(name) or fill("{name}", {"name": name})


def action(name: str, locale: str) -> str:
    """What an action of the audit is called; one without words is shown by its name."""
    return pick(_ACTIONS, locale).get(name) or fill("{name}", {"name": name})
