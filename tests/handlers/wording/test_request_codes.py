"""Everything that the approval machine, the form and the audit trail of a request can name has words."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import bot
from bot.approvals.digest import CHOSEN
from bot.facts import requests as facts
from bot.facts.deployments import HostedState
from bot.facts.jobs import FailureFacts
from bot.facts.requests import Change
from handlers.wording import errors, failures, modals, requests, requests_asks, requests_changes
from tests.handlers.samples import JOB
from tests.handlers.samples_requests import KEEP, REQUEST, TRAINING

ROOT = Path(str(bot.__file__)).parent
REFUSERS = {"Refusal": 0, "_refused": 1}
"""Functions that are given a code, and as which argument."""


def _codes(path: str, functions: dict[str, int]) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions:
            at = functions[node.func.id]
            code = node.args[at] if len(node.args) > at else None
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                yield code.value


def _pairs(path: str) -> Iterator[str]:
    """Codes of `(code, {params})` and `(when, code, {params})`, as warnings and refusals are written."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Tuple) and len(node.elts) in (2, 3):
            *_, code, params = node.elts
            if isinstance(code, ast.Constant) and code.value and isinstance(params, ast.Dict):
                yield str(code.value)


MACHINE = sorted({*_codes("approvals/machine.py", REFUSERS), *_pairs("approvals/machine.py")})
WARNINGS = sorted({*_pairs("deployments/ask.py"), "global_processing", "zone_processing"})


@pytest.mark.parametrize("code", MACHINE)
def test_every_refusal_of_the_machine_has_words(code: str) -> None:
    assert errors.is_known(code)


@pytest.mark.parametrize("code", WARNINGS)
def test_every_warning_of_the_form_has_words(code: str) -> None:
    assert requests_asks.is_known_warning(code)


def test_the_search_finds_something() -> None:
    assert {"already_decided", "own_request", "voted", "round_replaced"} <= set(MACHINE)
    assert {"offer_unread", "price_unknown", "developer_24h"} <= set(WARNINGS)


@pytest.mark.parametrize("asked", [REQUEST, TRAINING, KEEP])
@pytest.mark.parametrize("state", get_args(facts.RequestState))
def test_every_state_of_every_kind_says_what_happens(
    asked: facts.RequestFacts, state: facts.RequestState
) -> None:
    request = asked.model_copy(update={"state": state})
    assert requests.state_word(request, "en")
    assert bool(requests.next_step(request, "en")) is (state != "open")


@pytest.mark.parametrize("rollout", ["", *get_args(HostedState)])
def test_every_stage_of_a_roll_out_is_worded(rollout: str) -> None:
    request = REQUEST.model_copy(update={"state": "approved", "rollout": rollout})
    assert requests.next_step(request, "en").startswith("*Next:* ")


@pytest.mark.parametrize("field", sorted({name for names in CHOSEN.values() for name in names} | {"reason"}))
def test_every_field_that_can_differ_has_a_name(field: str) -> None:
    _, line = requests_changes.lines((Change(field=field, before="a", after="b"),), 2, "en")
    assert "_" not in line.partition(":*")[0]


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("above", "More than $20 is asked for first"),
        ("cap", "$412 of $20 are spent this month"),
    ],
)
def test_the_summary_warns_that_people_are_asked(why: str, told: str) -> None:
    params: dict[str, str | int | float] = {
        "why": why,
        "limit": 20.0,
        "spent": 412.0,
        "cost": 91.0,
        "currency": "USD",
    }
    assert modals.warning("needs_approval", params, "en").startswith(told)


@pytest.mark.parametrize(
    ("state", "told"), [("rejected", "was rejected"), ("expired", "Nobody decided"), ("", "not approved")]
)
def test_a_training_that_people_refused_is_no_fault_of_the_service(state: str, told: str) -> None:
    failure = FailureFacts(kind="not_approved", code=state, text="Too dear.")
    said = failures.explain(JOB.model_copy(update={"state": "refused", "failure": failure}), "en")
    assert told in said.meaning
    assert said.quote == '"Too dear."'
    assert failures.small_print(failure, "azure_openai", "en") == []
