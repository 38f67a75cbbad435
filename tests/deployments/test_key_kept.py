"""A key that could not be put into the Key Vault, and is there after all: its owner hears that once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.deployments.facts import KEY_PROBLEM
from bot.deployments.keys import keep_key_problem
from bot.facts.deployments import ProblemFacts
from bot.store import deployments
from tests.deployments.asking_bench import RIN, settings_in
from tests.deployments.watch_bench import HOUR, Watching, watching_in
from tests.training.jobs_of import NOW

KIND = "deployment.key_kept"
NO_ROLE = ProblemFacts(code="vault_role_missing", params={"vault": "kv"})
NO_WAY = ProblemFacts(code="vault_network_refused", params={"vault": "kv"})


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Watching]:
    with watching_in(settings_in(tmp_path)) as made:
        number = made.made.deployment("support-v9", created_remote=NOW - HOUR, state_at=NOW - HOUR)
        problem: dict[str, Any] = {KEY_PROBLEM: NO_ROLE.model_dump(mode="json")}
        deployments.note(made.c, number, asked=problem)
        yield made


def tried(watching: Watching, problem: ProblemFacts | None) -> list[str]:
    """Another try; what is said."""
    row = watching.row()
    keep_key_problem(watching.recorder, watching.c, row, problem, now=watching.now, corr="t")
    return watching.kinds()


def test_it_is_told_once_to_the_owner(watching: Watching) -> None:
    assert tried(watching, NO_ROLE) == []
    row = watching.row()
    for _ in range(2):  # the second is a try that a kill kept from being written
        keep_key_problem(watching.recorder, watching.c, row, None, now=watching.now, corr="t")
    assert [(kind, target) for kind, _, target in watching.said()] == [(KIND, {"user": RIN.user_id})]
    assert KEY_PROBLEM not in watching.row().asked
    assert watching.audited().count(KIND) == 1


def test_a_try_whose_end_was_not_written_is_told_by_the_next(watching: Watching) -> None:
    killed = watching.c.begin_nested()
    keep_key_problem(watching.recorder, watching.c, watching.row(), None, now=watching.now, corr="t")
    killed.rollback()
    assert watching.kinds() == []
    assert KEY_PROBLEM in watching.row().asked
    assert tried(watching, None) == [KIND]


def test_another_reason_is_kept_and_not_told(watching: Watching) -> None:
    assert tried(watching, NO_WAY) == []
    assert watching.row().asked[KEY_PROBLEM]["code"] == NO_WAY.code
    assert tried(watching, None) == [KIND]


def test_what_is_gone_meanwhile_is_not_told(watching: Watching) -> None:
    deployments.change(watching.c, watching.row().id, now=NOW, state="removing")
    assert tried(watching, None) == []
