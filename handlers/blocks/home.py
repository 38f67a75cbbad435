"""The Home tab of one person: what waits for them, what is deployed, what they can start, their jobs, their data."""

from collections.abc import Mapping

from bot.facts.forms import HomeFacts
from bot.facts.requests import RequestFacts
from handlers.blocks import deployment_buttons, request_buttons, request_list
from handlers.blocks.deployment_rows import text as deployment_text
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
_FIRST = 10
"""Requests and deployments that are shown, so that jobs and data have room below."""


def build(facts: HomeFacts, locale: str) -> Mapping[str, object]:
    """The view for `views.publish`. Who may not train and decides about nothing is told why it is empty."""
    if not (facts.allowed or facts.approver):
        blocks = _denied(facts, locale)
    else:
        top = [*actions(starters(locale, trainer=facts.allowed), "start"), *_approvals(facts, locale)]
        blocks = [*top, *_deployments(facts, locale), *(_own(facts, locale) if facts.allowed else [])]
        blocks += footer(say("home_at", locale, at=when(facts.at)), _sources(facts, locale))
    return {"type": "home", "blocks": at_most(blocks, VIEW_BLOCKS, say("not_shown", locale))}


def _denied(facts: HomeFacts, locale: str) -> list[Block]:
    if not facts.denied:
        return [section("\n".join([say("home_denied", locale), say("home_denied_next", locale)]))]
    said = explain(facts.denied, {}, locale)
    return [section("\n".join([say("home_denied", locale), f"{said.happened}.", *said.lines()]))]


def _approvals(facts: HomeFacts, locale: str) -> list[Block]:
    """What this person can decide about, with the buttons of the card; then what they wait for themselves."""
    blocks: list[Block] = []
    if facts.waiting or facts.approver:
        blocks += [divider(), header(say("home_waiting", locale))]
        waiting = [block for one in facts.waiting[:_FIRST] for block in _request(one, locale)]
        blocks += waiting or [section(say("home_waiting_none", locale))]
    if facts.asked:
        blocks += [divider(), header(say("home_asked", locale))]
        blocks += [request_list.row(one, locale, "asked") for one in facts.asked[:_FIRST]]
    return blocks


def _request(one: RequestFacts, locale: str) -> list[Block]:
    row = [request_buttons.details(one, locale)]
    if request_buttons.votable(one):
        row = [request_buttons.approve(one, locale), request_buttons.reject(one, locale), *row]
    return [section(request_list.text(one, locale)), *actions(row, f"waiting:{one.id}")]


def _deployments(facts: HomeFacts, locale: str) -> list[Block]:
    """Those with something to decide have their buttons, the others open."""
    everybody = facts.approver
    title = say("home_deployments_all" if everybody else "home_deployments", locale)
    blocks: list[Block] = [divider(), header(title)]
    for one in facts.deployments[:_FIRST]:
        again = [deployment_buttons.retry(one, locale)] if "retry" in one.can else []
        row = [*again, *deployment_buttons.answers(one, locale), deployment_buttons.opened(one, locale)]
        blocks += [section(deployment_text(one, locale)), *actions(row, f"hosted:{one.id}")]
    if not facts.deployments:
        blocks.append(section(say("deployments_none_all" if everybody else "deployments_none", locale)))
    more = facts.more_deployments + max(0, len(facts.deployments) - _FIRST)
    if more:
        blocks.append(context(say("more_deployments", locale, deployments=f"{more:,}")))
    return blocks


def _own(facts: HomeFacts, locale: str) -> list[Block]:
    blocks = [divider(), header(say("home_jobs", locale))]
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
    return blocks


def _sources(facts: HomeFacts, locale: str) -> str:
    return datasets.sources(facts.datasets[:_EACH], locale) if facts.allowed else ""
