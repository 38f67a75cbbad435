"""The bare command: what can be started, and what is the person's own now."""

from bot.chat import Rendered
from bot.facts.forms import Launcher
from handlers.blocks.primitives import Block, Element, actions, as_message, button, footer, section
from handlers.blocks.rows import job_row
from handlers.wording import numbers
from handlers.wording.actions import label
from handlers.wording.help import say
from handlers.wording.markup import code, fallback

_SHOWN = 5
_STARTING = frozenset({"waiting", "submitting"})


def starters(locale: str, *, trainer: bool = True) -> list[Element]:
    """One button for each thing that people come for; approvers who may not train have what they need."""
    training = [
        button(label("upload", locale), "launch_upload", "upload", style="primary"),
        button(label("train", locale), "launch_train", "train", style="primary"),
        button(label("jobs", locale), "launch_jobs", "jobs"),
        button(label("datasets", locale), "launch_data", "data"),
        button(label("deploy", locale), "launch_deploy", "deploy"),
    ]
    return [
        *(training if trainer else []),
        button(label("deployments", locale), "launch_deployments", "deployments"),
        button(label("approvals", locale), "launch_approvals", "approvals"),
        button(label("costs", locale), "launch_costs", "costs"),
        button(label("clean", locale), "launch_clean", "clean"),
        *([button(label("connections", locale), "launch_connections", "connections")] if trainer else []),
        button(label("help", locale), "launch_help", "help"),
    ]


def build(facts: Launcher, locale: str) -> Rendered:
    """The launcher as an ephemeral message."""
    title = say("launcher", locale)
    state = " · ".join(part for part in _own(facts, locale) if part) or say("nothing", locale)
    blocks: list[Block] = [
        section(title),
        *actions(starters(locale, trainer=facts.trainer), "launch"),
        section(state),
        *(job_row(job, locale) for job in facts.running[:_SHOWN]),
        *footer(code(f"{facts.command} help", 60)),
    ]
    return Rendered(fallback(title, state), as_message(blocks))


def _own(facts: Launcher, locale: str) -> list[str]:
    """What is the person's own now, each with its number; what is none is left out."""
    starting = sum(one.state in _STARTING for one in facts.running)
    unsure = sum(one.state == "uncertain" for one in facts.running)
    counted = {
        "running": ("jobs", "job", len(facts.running) - starting - unsure),
        "starting": ("jobs", "job", starting),
        "unsure": ("jobs", "job", unsure),
        "ready": ("datasets", "dataset", facts.data_ready),
        "hosted": ("deployments", "deployment", facts.deployments),
        "expiring": ("deployments", "deployment", facts.expiring),
        "waiting": ("requests", "request", facts.waiting),
    }
    return [
        say(key, locale, **{name: numbers.count(number, noun, locale)})
        for key, (name, noun, number) in counted.items()
        if number
    ]
