"""Whatever the facts are, Slack takes the message and shows no markup that others wrote."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.facts.notice import Notice
from bot.facts.notices import NOTICES
from handlers.blocks import (
    answers,
    connections,
    data_list,
    dataset_card,
    job_card,
    job_list,
    job_log,
    job_snapshot,
    launcher,
    results,
)
from handlers.blocks import (
    help as help_blocks,
)
from handlers.renderer import BUILDERS, Renderer
from handlers.wording import errors
from sandbox.slack.blocks import check_view
from tests import strategies as facts
from tests.blockkit import view_problems
from tests.limits import fine, thorough
from tests.specs import specs_root

pytestmark = pytest.mark.specs
LOCALE = "en"


@pytest.fixture(autouse=True)
def _specs() -> None:
    specs_root()


@thorough
@given(facts.job)
def test_a_job_card(job: Any) -> None:
    fine(job_card.build(job, LOCALE))


@thorough
@given(facts.notice)
def test_a_notice(notice: Notice) -> None:
    fine(Renderer().message(notice, LOCALE))


def test_every_kind_of_notice_has_words() -> None:
    assert set(BUILDERS) == set(NOTICES.values())


@thorough
@given(facts.dataset)
def test_a_dataset_card(data: Any) -> None:
    fine(dataset_card.build(data, LOCALE))


@thorough
@given(facts.home)
def test_the_home_tab(home: Any) -> None:
    view = Renderer().home(home, LOCALE)
    assert view_problems(view) == []
    assert check_view(json.loads(json.dumps(view))) == []


@thorough
@given(facts.job_list)
def test_a_list_of_jobs(page: Any) -> None:
    fine(job_list.build(page, LOCALE))


@thorough
@given(st.sampled_from(["pause", "resume", "cancel", "log", "results", "train", "job"]), facts.unique_jobs)
def test_a_picker(word: str, jobs: Any) -> None:
    fine(job_list.picker(word, jobs, LOCALE))


@thorough
@given(facts.job, facts.url)
def test_a_snapshot(job: Any, url: str) -> None:
    fine(job_snapshot.build(job, LOCALE, job_snapshot.SnapshotOptions(card_url=url)))


@thorough
@given(
    facts.job, st.lists(facts.log_line, max_size=3) | facts.log_line.map(lambda one: [one] * 100), facts.small
)
def test_a_log(job: Any, lines: Any, earlier: int) -> None:
    fine(job_log.build(job, lines, LOCALE, earlier))


@thorough
@given(facts.job)
def test_results(job: Any) -> None:
    fine(results.build(job, LOCALE))


@thorough
@given(facts.unique_data | facts.many_data, facts.small)
def test_a_list_of_data(data: Any, more: int) -> None:
    fine(data_list.build(data, LOCALE, more))


@thorough
@given(st.lists(facts.connection, max_size=3) | facts.connection.map(lambda one: [one] * 60))
def test_connections(found: Any) -> None:
    fine(connections.build(found, LOCALE))


@thorough
@given(facts.launcher)
def test_the_launcher(found: Any) -> None:
    fine(launcher.build(found, LOCALE))


@thorough
@given(facts.code, facts.params, facts.text, facts.text)
def test_a_problem(code: str, params: Any, text: str, request_id: str) -> None:
    fine(answers.problem(errors.explain(code, params, LOCALE, text=text, request_id=request_id), LOCALE))


@thorough
@given(facts.text, st.none() | facts.word, st.sampled_from(["pause", "resume", "cancel"]), facts.job)
def test_short_answers(given_text: str, nearest: str | None, action: str, job: Any) -> None:
    fine(answers.unknown(given_text, nearest, LOCALE))
    fine(answers.confirm(action, job, LOCALE))


def test_help() -> None:
    fine(help_blocks.build("/finetune", "Tunesmith", LOCALE))
