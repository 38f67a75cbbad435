"""Policies that nobody can satisfy: which are in use, and that it is told when the bot starts, once."""

import logging
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.approvals.standing import in_use
from bot.config.approvals import ApprovalsSettings, AutoApproval, PolicyRule, Role
from bot.store.work_tables import outbox
from bot.store.work_tables import task as tasks
from tests.approvals.samples import settings_in
from tests.patience import until
from tests.world import ADA, World, words, world

HEADLINE = "could never be approved"


BOTH = ("prod-swc", "dev-eus2")


def uses(
    folder: Path, names: tuple[str, ...] = BOTH, **approvals: Any
) -> dict[tuple[int, tuple[str, ...]], tuple[str, ...]]:
    """(count, connections) -> kinds, with these connections alone."""
    found = settings_in(folder, **approvals)
    kept = tuple(one for one in found.connections if one.name in names)
    return {
        (one.policy.count, one.connections): one.kinds
        for one in in_use(found.model_copy(update={"connections": kept}))
    }


@pytest.mark.parametrize(
    ("approvals", "expected"),
    [
        ({}, {(1, BOTH): ("deployment", "keep")}),
        ({"monthly_cap": 5}, {(1, BOTH): ("deployment", "training", "keep")}),
        ({"keep_above": None}, {(1, BOTH): ("deployment",)}),
        (
            {"count": 2, "rules": (PolicyRule(kind="keep", count=1),)},
            {(2, BOTH): ("deployment",), (1, BOTH): ("keep",)},
        ),
        (
            {"count": 2, "rules": (PolicyRule(connection="dev*", count=1),)},
            {(2, ("prod-swc",)): ("deployment", "keep"), (1, ("dev-eus2",)): ("deployment", "keep")},
        ),
        (
            {"keep_above": None, "auto": (AutoApproval(name="all", connection="dev*"),)},
            {(1, ("prod-swc",)): ("deployment",)},
        ),
        (
            {"keep_above": None, "auto": (AutoApproval(name="small", sku="DeveloperTier"),)},
            {(1, BOTH): ("deployment",)},
        ),
    ],
)
def test_what_can_be_asked_for_has_a_policy(
    tmp_path: Path,
    approvals: dict[str, Any],
    expected: dict[tuple[int, tuple[str, ...]], tuple[str, ...]],
) -> None:
    assert uses(tmp_path, **approvals) == expected


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("dbx-eus", ("deployment", "keep")),
        ("phi-eus2", ("deployment", "keep")),
        ("llama-wus3", ("deployment", "training", "keep")),
    ],
)
def test_what_can_be_asked_for_is_what_the_service_can_do(
    tmp_path: Path, name: str, kinds: tuple[str, ...]
) -> None:
    """Databricks hosts without any id of a resource, and what a training may buy has to be approved."""
    assert uses(tmp_path, (name,)) == {(1, (name,)): kinds}


def test_nothing_can_be_asked_for_without_a_place_to_deploy(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    bare = [one.model_copy(update={"resource_id": None}) for one in settings.connections if one.name in BOTH]
    assert in_use(settings.model_copy(update={"connections": tuple(bare)})) == []


async def test_it_is_told_to_an_admin_and_the_log_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with world(tmp_path, start=False) as made:
        only_guest = made.settings.roles.model_copy(update={"approvers": Role(users=("U0GUEST001",))})
        made.settings = made.settings.model_copy(
            update={"roles": only_guest, "approvals": ApprovalsSettings(count=1)}
        )
        with caplog.at_level(logging.WARNING):
            await made.start()
            ada = await made.person(ADA)
            message = await ada.sees(await ada.direct(), HEADLINE)
        told = words(message)
        assert "prod-swc" in told
        assert "deployments" in told
        assert "<@U0GUEST001>" in told
        assert "tunesmith check" in told
        assert any("nobody can approve deployment, keep" in one.getMessage() for one in caplog.records)
        caplog.clear()
        await made.stop()
        with caplog.at_level(logging.WARNING):
            await made.start()
            await _planted_and_done(made)
        await made.stop()
        assert any("nobody can approve" in one.getMessage() for one in caplog.records), (
            "the log hears each time"
        )
        await made.start()
        shown = await made.history(ADA, await ada.direct())
        assert sum(HEADLINE in words(one) for one in shown) == 1


async def test_policies_that_can_be_satisfied_are_not_spoken_of(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        ada = await made.person(ADA)
        await _planted_and_done(made)
        shown = await made.history(ADA, await ada.direct())
        assert not any(HEADLINE in words(one) for one in shown)


async def _planted_and_done(made: World) -> None:
    """Wait until the look at the policies is over, and all that it said is sent."""

    async def over() -> bool:
        assert made.application is not None
        store = made.application.deps.store
        states = await store.read(
            lambda c: c.execute(select(tasks.c.state).where(tasks.c.kind == "policies.check")).scalars().all()
        )
        unsent = await store.read(
            lambda c: c.execute(select(outbox.c.id).where(outbox.c.state != "sent")).all()
        )
        return bool(states) and set(states) == {"done"} and not unsent

    await until(over, "the look at the policies")


async def test_somebody_who_left_approves_nothing_any_more(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        made.sandbox.slack.workspace.people["U0APPROVE2"].deleted = True
        left = made.settings.roles.model_copy(update={"approvers": Role(users=("U0APPROVE2",))})
        made.settings = made.settings.model_copy(
            update={"roles": left, "approvals": ApprovalsSettings(count=1)}
        )
        await made.start()
        ada = await made.person(ADA)
        await ada.sees(await ada.direct(), HEADLINE)
