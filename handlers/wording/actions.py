"""Labels of buttons and menus, and the questions before something happens."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.facts.jobs import JobFacts
from handlers.wording import jobs
from handlers.wording.language import pick

_LABELS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "pause": "Pause",
        "resume": "Resume",
        "cancel": "Cancel",
        "log": "Log",
        "results": "Results",
        "refresh": "Refresh",
        "open": "Open",
        "train_like": "Train like this",
        "train_like_new_data": "Train like this with new data",
        "mute": "Mute",
        "unmute": "Unmute",
        "portal": "Open in portal",
        "data": "Open the data's report",
        "found": "It is there",
        "again": "It is not there, start again",
        "give_up": "Give up",
        "adopt": "Take over",
        "more": "More",
        "back": "Newer",
        "all_jobs": "Everybody's jobs",
        "my_jobs": "My jobs",
        "train_with": "Train with this",
        "train_pair": "Train with both",
        "swap": "Swap training and validation",
        "another": "Send another file",
        "repaired_file": "Get repaired file ({} of {})",
        "use_repaired": "Use repaired file",
        "full_report": "Full report",
        "train_like_job": "Train like {job} with this",
        "without_them": "Train like this without them",
        "upload": "Upload data",
        "retry_data": "Try again",
        "train": "Train",
        "jobs": "Jobs",
        "datasets": "Data",
        "help": "Help",
        "connections": "Connections",
        "deploy": "Deploy…",
        "deployments": "Deployments",
        "approvals": "Approvals",
        "costs": "Costs",
        "clean": "Clean up…",
        "retry": "Try again",
        "drop": "Drop it",
        "cancel_job": "Cancel the job",
        "keep": "No, leave it",
        "no": "No",
    }
}


@dataclass(frozen=True, slots=True)
class Question:
    """A confirmation: plain text."""

    title: str
    text: str
    yes: str
    no: str


_QUESTIONS: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        "pause": (
            "Pause {job}?",
            "{service} stops after the present step and saves a checkpoint. It can be resumed.",
            "Pause",
        ),
        "resume": (
            "Resume {job}?",
            "{service} carries on from the checkpoint; training costs go on.",
            "Resume",
        ),
        "cancel": (
            "Cancel {job}?",
            "It cannot be taken up again. What has been trained so far may be charged.",
            "Cancel the job",
        ),
        "cancel_waiting": (
            "Cancel {job}?",
            "It cannot be taken up again. It was not sent to {service}, so no training is charged.",
            "Cancel the job",
        ),
        "again": (
            "Start {job} again?",
            "If the first request did reach {service}, a second job runs and is charged.",
            "Start again",
        ),
        "give_up": (
            "Give up {job}?",
            "The bot stops looking for it. If it does run at {service}, it goes on and is charged.",
            "Give up",
        ),
        "drop": ("Drop this work?", "It is not done any more, also not later.", "Drop it"),
    }
}


def label(name: str, locale: str) -> str:
    """The text on a button."""
    return pick(_LABELS, locale)[name]


def question(name: str, job: JobFacts | None, locale: str) -> Question:
    """What is asked before it is done."""
    unsent = name == "cancel" and job is not None and job.state == "waiting"
    title, text, yes = pick(_QUESTIONS, locale)["cancel_waiting" if unsent else name]
    names = {"job": job.id if job else "", "service": jobs.service(job.provider) if job else ""}
    return Question(title.format(**names), text.format(**names), yes, label("keep", locale))
