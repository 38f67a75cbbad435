"""A subscription behind a deployment that is suspended, ends or is in order again is told once each time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.settings import Settings
from bot.deployments.offers import OFFER
from bot.store import connections, deployments
from providers.base import Model
from providers.describing import SubscriptionState
from providers.hosting import HostedState, RemoteDeployment
from tests.deployments.asking_bench import BASE, RIN, settings_in
from tests.deployments.watch_bench import HOUR, NAME, Watching, remote, watching_in
from tests.training.jobs_of import NOW

APPROVALS = {"channel": "C0APPROVAL"}
OWNER = {"user": RIN.user_id}
KIND = "deployment.offer"
SOLD = Model(
    id=BASE,
    kind="base",
    short=BASE,
    base=BASE,
    lifecycle="generally-available",
    trainable=True,
    subscribed=True,
)
STATES: Sequence[SubscriptionState] = (
    "", "subscribed", "coming", "suspended", "unsubscribed", "failed", "absent",
)  # fmt: skip


def _settings(folder: Path) -> Settings:
    made = settings_in(folder)
    return made.model_copy(
        update={"slack": made.slack.model_copy(update={"approvals_channel": "C0APPROVAL"})}
    )


@contextmanager
def selling(folder: Path, *, owner: str | None = RIN.user_id) -> Iterator["Selling"]:
    with watching_in(_settings(folder)) as made:
        made.made.deployment("support-v9", created_remote=NOW - HOUR, state_at=NOW - HOUR, owner=owner)
        yield Selling(made)


class Selling:
    """A deployment whose base model is sold, and looks at it."""

    def __init__(self, watching: Watching) -> None:
        self.watching = watching

    def look(self, standing: SubscriptionState, *, sold: bool = True, **given: Any) -> list[tuple[str, Any]]:
        """What one look says: (how the offer stands, to whom)."""
        model = replace(SOLD, subscription=standing, subscribed=sold)
        connections.put_catalogue(self.watching.c, NAME, [model], now=self.watching.now)
        self.watching.look(self.remote(**given))
        self.watching.now += HOUR / 10
        return [(params["offer"], target) for kind, params, target in self.watching.said() if kind == KIND]

    def remote(self, *, suspended: bool = False, state: HostedState = "live") -> RemoteDeployment:
        if not suspended:
            return remote(state=state)
        return remote(state="failed", raw_state="Suspended", suspended=True)


@pytest.fixture
def sold(tmp_path: Path) -> Iterator[Selling]:
    with selling(tmp_path) as made:
        yield made


def test_each_change_is_told_once_to_the_owner_and_the_approvers(sold: Selling) -> None:
    assert sold.look("subscribed") == []
    told = sold.look("suspended", suspended=True)
    assert told == [("suspended", OWNER), ("suspended", APPROVALS)]
    assert sold.look("suspended", suspended=True) == []
    assert sold.look("unsubscribed", suspended=True) == [("ended", OWNER), ("ended", APPROVALS)]
    assert sold.look("unsubscribed") == []
    assert sold.look("subscribed") == [("good", OWNER), ("good", APPROVALS)]
    assert sold.look("subscribed") == []
    assert sold.look("suspended") == [("suspended", OWNER), ("suspended", APPROVALS)], "again"
    assert sold.watching.audited().count(KIND) == 4


def test_what_the_endpoint_says_is_told_before_the_catalogue_is_read_again(sold: Selling) -> None:
    sold.look("subscribed")
    assert [offer for offer, _ in sold.look("subscribed", suspended=True)] == ["suspended"] * 2


@pytest.mark.parametrize("state", ["creating", "removing"])
def test_on_its_way_back_or_away_it_is_not_called_good(sold: Selling, state: HostedState) -> None:
    sold.look("suspended", suspended=True)
    assert sold.look("subscribed", state=state) == []
    assert [offer for offer, _ in sold.look("subscribed")] == ["good"] * 2


def test_what_nobody_owns_is_told_to_the_approvers_once(tmp_path: Path) -> None:
    with selling(tmp_path, owner=None) as made:
        assert made.look("suspended") == [("suspended", APPROVALS)]


def test_one_that_was_suspended_before_the_bot_came_is_told_too(sold: Selling) -> None:
    assert [offer for offer, _ in sold.look("suspended")] == ["suspended"] * 2


def test_a_subscription_that_was_never_seen_is_not_called_ended(sold: Selling) -> None:
    assert sold.look("") == []
    assert sold.look("absent") == [], "its offer may go by another model's name"
    assert sold.look("subscribed") == []
    assert [offer for offer, _ in sold.look("absent")] == ["ended"] * 2


def test_nothing_is_said_of_what_is_not_sold(sold: Selling) -> None:
    assert sold.look("suspended", sold=False) == []
    assert OFFER not in sold.watching.row().asked


def test_what_cannot_be_read_changes_nothing(sold: Selling) -> None:
    sold.look("suspended", suspended=True)
    for standing in ("coming", "failed"):
        assert sold.look(standing) == []
    assert sold.look("", suspended=True) == []


def test_other_notes_of_the_row_stay(sold: Selling) -> None:
    row = sold.watching.row()
    deployments.note(sold.watching.c, row.id, asked={**row.asked, "sends": 1})
    sold.look("suspended")
    assert sold.watching.row().asked["sends"] == 1


@settings(max_examples=25, deadline=None)
@given(seen=st.lists(st.tuples(st.sampled_from(STATES), st.booleans()), max_size=8))
def test_only_changes_are_told_and_the_first_is_no_good_news(
    tmp_path_factory: pytest.TempPathFactory, seen: list[tuple[Any, bool]]
) -> None:
    told: list[str] = []
    with selling(tmp_path_factory.mktemp("offers")) as made:
        for standing, suspended in seen:
            said = made.look(standing, suspended=suspended)
            assert len(said) in {0, 2}
            told += [offer for offer, _ in said[:1]]
            assert made.look(standing, suspended=suspended) == [], "a look that is repeated"
    assert told[:1] != ["good"]
    assert all(one != after for one, after in pairwise(told))


def test_every_surface_is_told_how_the_subscription_stands(sold: Selling) -> None:
    from bot.deployments.facts import deployment_facts

    def told() -> str:
        made = sold.watching.made
        return deployment_facts(
            made.c, sold.watching.row(), made.settings, made.providers, now=sold.watching.now
        ).offer

    assert told() == ""
    seen: Sequence[tuple[SubscriptionState, str]] = (
        ("subscribed", "good"), ("suspended", "suspended"), ("unsubscribed", "ended"),
    )  # fmt: skip
    for standing, offer in seen:
        sold.look(standing)
        assert told() == offer
