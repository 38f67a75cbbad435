"""Which of several runs a creation made whose answer was lost."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from providers.base import Value
from providers.databricks.provider import DatabricksProvider
from tests.providers.databricks.conftest import Workspace, chat, sent, spec

BASIS: Mapping[str, Value] = {
    "training_duration": "2ep",
    "learning_rate": 5e-6,
    "context_length": 2048,
    "eval_prompts": "Is it here?\nWhere is it?",
}
OTHERS: list[Mapping[str, Value]] = [
    {"training_duration": "1_000_000tok"},
    {"learning_rate": 5e-7},
    {"context_length": 1024},
    {"eval_prompts": "Is it here?"},
]


@pytest.mark.parametrize("other", OTHERS, ids=lambda one: next(iter(one)))
async def test_runs_that_differ_in_one_setting_are_not_taken_for_each_other(
    workspace: Workspace, provider: DatabricksProvider, other: Mapping[str, Value]
) -> None:
    workspace.switch(hold_pending=True)
    since, file = datetime.now(UTC), await sent(provider, chat(24))
    orders = [spec(file.id, hyper=dict(BASIS)), spec(file.id, hyper={**BASIS, **other})]
    made = [(await provider.submit(one)).id for one in orders]
    found = [[job.id for job in await provider.find_job(one, since)] for one in orders]
    assert found == [[made[0]], [made[1]]]


@pytest.mark.parametrize("left_out", ["training_duration", "learning_rate", "context_length"])
async def test_a_setting_that_was_left_out_is_the_default(
    workspace: Workspace, provider: DatabricksProvider, left_out: str
) -> None:
    workspace.switch(hold_pending=True)
    since, file = datetime.now(UTC), await sent(provider, chat(24))
    without = spec(file.id, hyper={name: value for name, value in BASIS.items() if name != left_out})
    made = await provider.submit(without)
    assert [job.id for job in await provider.find_job(without, since)] == [made.id]
    assert await provider.find_job(spec(file.id, hyper=dict(BASIS)), since) == []


async def test_a_run_of_another_task_is_not_taken(workspace: Workspace, provider: DatabricksProvider) -> None:
    workspace.switch(hold_pending=True)
    since, file = datetime.now(UTC), await sent(provider, chat(24))
    await provider.submit(spec(file.id))
    assert await provider.find_job(spec(file.id, method="instruction"), since) == []
