"""Sentences of messages that are sent once. `{…}` parts are markup already."""

from collections.abc import Mapping

from handlers.wording import errors
from handlers.wording.language import pick
from handlers.wording.said import Params, fill

_SENTENCES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "moved": "{dot} *{job}: {after}*",
        "moved_by": "by {who}",
        "moved_at": "{at}",
        "setting": "{name} of {job}, in full.",
        "pending_title": "🟡 *{job} has waited for {hours} in {service}'s queue*",
        "pending_why": "{service} has no capacity for it yet. That is not a fault of your data and costs nothing "
        "({service}'s documentation: waiting is not charged).",
        "pending_next": "You can wait, or cancel it and train with another training type. The bot says no more about "
        "the waiting.",
        "succeeded": "✅ *{job} is trained*",
        "ready": "It can be used from the results.",
        "tokens_billed": "{tokens} billed (job log)",
        "tokens_trained": "{tokens} trained ({service})",
        "took": "took {took}",
        "picture": "The charts follow below.",
        "no_picture": "There is no chart: {why}",
        "checkpoints": "{checkpoints} can be deployed; lowest validation loss: step {step} ({loss}).",
        "checkpoints_bare": "{checkpoints} can be deployed.",
        "model": "Model {model}",
        "failed": "🛑 *{job}: {what}*",
        "cancelled": "⚫ *{job} is cancelled*",
        "cancelled_by": "By {who}.",
        "cancelled_outside": "Not from here: somebody cancelled it at {service}, or {service} did.",
        "cancelled_charge": "What was trained before may be charged ({service}'s documentation: a job "
        "that is cancelled before training is not).",
        "uncertain": "🟠 *{job}: nobody knows whether {service} started it*",
        "uncertain_what": "The request went out {at}, and no answer came. The bot looked for the job with "
        "this seed, these files and this suffix, and did not find it.",
        "uncertain_next": "Please look at {service}'s list of jobs in {connection} for a job with seed {seed} and say "
        "what you see. Until then nothing is sent, so that nothing is paid twice.",
        "control": "⚠ *{job} could not be {action}: {what}*",
        "control_state": "The job is as before: {state}.",
        "copy": "❌ *{name} · {id}: could not be brought to {connection}*",
        "copy_what": "{what}.",
        "copy_kept": "The data itself is sound and stays here.",
        "intake_denied": "⚠ *{name} was not taken in*",
        "intake": "❌ *{name} · {id}: could not be read, nothing was uploaded*",
        "parked": "⚠ *Work is stuck after {attempts}: {kind}*",
        "parked_what": "Task {task} (`{key}`) failed each time; the last error is below. The bot does not try again "
        "by itself.",
        "parked_next": "Remove the cause and try again, or drop it. You are told only once.",
        "request": "request {id}",
        "only_you": "only you see this",
    }
}
_CONTROLLED: Mapping[str, Mapping[str, str]] = {
    "en": {"pause": "paused", "resume": "resumed", "cancel": "cancelled"}
}
_TASKS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "dataset.intake": "reading a file",
        "dataset.upload": "uploading data",
        "dataset.report": "making the full report of a check",
        "dataset.repaired": "making a repaired file",
        "job.guess": "guessing which lines a safety check refused",
        "job.submit": "starting a job",
        "job.adopt": "looking for a started job",
        "job.control": "pausing, resuming or cancelling a job",
        "connection.poll": "asking a service about its jobs",
        "job.collect": "fetching results",
        "catalogue.refresh": "reading the list of models",
        "clean.read": "reading what a service keeps",
        "clean.delete": "deleting files and models",
        "policies.check": "looking whether anybody can approve what the configuration asks for",
        "request.vote": "counting a vote",
        "request.glass": "going ahead without approvals",
        "request.check": "looking whether anybody can approve a request",
        "request.remind": "reminding approvers",
        "request.expire": "closing a request",
        "deployments.look": "looking at a service's deployments",
        "deployment.apply": "rolling a deployment out",
        "deployment.follow": "following a roll-out",
        "deployment.delete": "taking a deployment down",
        "deployment.keep": "keeping a deployment alive",
        "deployment.remind": "reminding of a deployment",
        "deployment.until": "asking whether a deployment is still wanted",
    }
}
_PICTURE: Mapping[str, Mapping[str, str]] = {
    "en": {
        "results_missing": "the service has no results file.",
        "results_unreadable": "the results file cannot be read.",
        "no_points": "the service sent no measurements.",
        "helper_failed": "drawing it failed; whoever runs the bot finds the reason in its log.",
        "helper_crashed": "the process that draws it ended.",
        "helper_timeout": "drawing it took too long.",
        "upload_failed": "Slack did not take the picture.",
    }
}
_NO_PICTURE: Mapping[str, str] = {"en": "the reason is `{code}`."}


def say(key: str, locale: str, params: Params | None = None, **markup: str) -> str:
    """One sentence; `params` come from anywhere, `markup` is safe already."""
    return fill(pick(_SENTENCES, locale)[key], params or {}, **markup)


def controlled(action: str, locale: str) -> str:
    """`paused` for `pause`."""
    return pick(_CONTROLLED, locale).get(action, "changed")


def task(kind: str, locale: str) -> str:
    """What a task does, for the administrator."""
    return pick(_TASKS, locale).get(kind, fill("{kind}", {"kind": kind}))


def no_picture(code: str, locale: str) -> str:
    """Why there is no chart."""
    known = pick(_PICTURE, locale).get(code)
    if known is not None:
        return known
    if errors.is_known(code):
        return f"{errors.explain(code, {}, locale).happened}."
    return fill(pick(_NO_PICTURE, locale), {"code": code or "unknown"})
