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


def starters(locale: str) -> list[Element]:
    """One button for each thing that people come for."""
    return [
        button(label("upload", locale), "launch_upload", "upload", style="primary"),
        button(label("train", locale), "launch_train", "train", style="primary"),
        button(label("jobs", locale), "launch_jobs", "jobs"),
        button(label("datasets", locale), "launch_data", "data"),
        button(label("connections", locale), "launch_connections", "connections"),
        button(label("help", locale), "launch_help", "help"),
    ]


def build(facts: Launcher, locale: str) -> Rendered:
    """The launcher as an ephemeral message."""
    title = say("launcher", locale)
    starting = sum(one.state in _STARTING for one in facts.running)
    unsure = sum(one.state == "uncertain" for one in facts.running)
    counted = {
        "running": len(facts.running) - starting - unsure,
        "starting": starting,
        "unsure": unsure,
    }
    own = [
        *(
            say(key, locale, jobs=numbers.count(number, "job", locale))
            for key, number in counted.items()
            if number
        ),
        say("ready", locale, datasets=numbers.count(facts.data_ready, "dataset", locale))
        if facts.data_ready
        else "",
    ]
    state = " · ".join(part for part in own if part) or say("nothing", locale)
    blocks: list[Block] = [
        section(title),
        *actions(starters(locale), "launch"),
        section(state),
        *(job_row(job, locale) for job in facts.running[:_SHOWN]),
        *footer(code(f"{facts.command} help", 60)),
    ]
    return Rendered(fallback(title, state), as_message(blocks))
