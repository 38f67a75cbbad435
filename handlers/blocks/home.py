"""The Home tab of one person: what they can start, their jobs, their data."""

from collections.abc import Mapping

from bot.facts.forms import HomeFacts
from handlers.blocks.launcher import starters
from handlers.blocks.primitives import (
    VIEW_BLOCKS,
    Block,
    actions,
    at_most,
    context,
    divider,
    footer,
    header,
    section,
)
from handlers.blocks.rows import data_row, job_row
from handlers.wording import datasets, numbers
from handlers.wording.errors import explain
from handlers.wording.lists import say
from handlers.wording.markup import when

_EACH = 40


def build(facts: HomeFacts, locale: str) -> Mapping[str, object]:
    """The view for `views.publish`."""
    blocks = _own(facts, locale) if facts.allowed else _denied(facts, locale)
    return {"type": "home", "blocks": at_most(blocks, VIEW_BLOCKS, say("not_shown", locale))}


def _denied(facts: HomeFacts, locale: str) -> list[Block]:
    if not facts.denied:
        return [section("\n".join([say("home_denied", locale), say("home_denied_next", locale)]))]
    said = explain(facts.denied, {}, locale)
    return [section("\n".join([say("home_denied", locale), f"{said.happened}.", *said.lines()]))]


def _own(facts: HomeFacts, locale: str) -> list[Block]:
    blocks = [*actions(starters(locale), "start"), divider(), header(say("home_jobs", locale))]
    blocks += [job_row(job, locale) for job in facts.jobs[:_EACH]] or [section(say("jobs_none", locale))]
    more_jobs = facts.more_jobs + max(0, len(facts.jobs) - _EACH)
    if more_jobs:
        blocks.append(context(say("more_jobs", locale, jobs=f"{more_jobs:,}")))
    blocks += [divider(), header(say("home_data", locale))]
    blocks += [data_row(data, locale) for data in facts.datasets[:_EACH]] or [
        section(say("data_none", locale))
    ]
    more_data = facts.more_datasets + max(0, len(facts.datasets) - _EACH)
    if more_data:
        blocks.append(context(say("more_data", locale, datasets=numbers.count(more_data, "dataset", locale))))
    sources = datasets.sources(facts.datasets[:_EACH], locale)
    return [*blocks, *footer(say("home_at", locale, at=when(facts.at)), sources)]
