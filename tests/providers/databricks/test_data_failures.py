"""Data that the training stack refuses, and runs that break: told with what to change."""

import json

import pytest

from handlers.wording.error_tables.databricks import fix
from providers.base import Ref
from providers.databricks.provider import DatabricksProvider
from tests.providers.databricks.conftest import Workspace, chat, ended, sent, spec

USER, ANSWER = {"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}


def lines(*rows: object) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode() + chat(16)


REFUSED = [
    (chat(2), "more_samples"),
    (lines({"messages": [USER]}), "two_messages"),
    (lines({"messages": [USER, USER, ANSWER]}), "alternate_roles"),
    (lines({"messages": [USER, ANSWER, USER]}), "assistant_last"),
    (lines({"messages": [{**USER, "name": "x"}, ANSWER]}), "two_keys"),
    (lines({"messages": [USER, {"role": "robot", "content": "a"}, ANSWER]}), "known_roles"),
    (lines({"messages": [{"role": "user", "content": ["q"]}, ANSWER]}), "content_text"),
    (lines({"question": "q", "answer": "a"}), "example_keys"),
    (lines("only text"), "example_object"),
    (lines({"messages": ["q", "a"]}), "message_object"),
]


async def test_refused_data_says_what_to_change(provider: DatabricksProvider) -> None:
    for number, (data, wanted) in enumerate(REFUSED):
        file = await sent(provider, data, f"D{number}-bad-0a1b2c3d.jsonl")
        done = await ended(provider, await provider.submit(spec(file.id)))
        assert done.state == "failed"
        assert done.failure is not None
        meant = provider.explain(done.failure)
        assert (meant.kind, meant.params["fix"], meant.text) == ("data_invalid", wanted, done.failure.message)
        assert fix(wanted, meant.params)
        page = await provider.events(Ref(id=done.id), None)
        (error,) = [event for event in page.events if event.level == "error"]
        assert done.failure.message in error.message


@pytest.mark.parametrize(
    ("how", "kind", "wanted"),
    [
        ("loss_spike", "unknown", "lower_learning_rate"),
        ("high_loss", "unknown", "lower_learning_rate"),
        ("timeout", "system_error", "timeout"),
    ],
)
async def test_runs_that_break(
    workspace: Workspace, provider: DatabricksProvider, how: str, kind: str, wanted: str
) -> None:
    workspace.switch(fail_next=how)
    done = await ended(provider, await provider.submit(spec((await sent(provider, chat(24))).id)))
    assert done.failure is not None
    meant = provider.explain(done.failure)
    assert (meant.kind, meant.params["fix"]) == (kind, wanted)


async def test_words_that_nobody_knows_are_passed_on(
    workspace: Workspace, provider: DatabricksProvider
) -> None:
    workspace.switch(unknown_status="DREAMING", unknown_events=True, hold_pending=True)
    made = await provider.submit(spec((await sent(provider, chat(24))).id))
    job = await provider.job(Ref(id=made.id))
    assert (job.state, job.raw_state) == ("running", "DREAMING")
    workspace.switch(hold_pending=False, unknown_status=None)
    done = await ended(provider, made)
    page = await provider.events(Ref(id=done.id), None)
    assert all(event.level == "info" for event in page.events)
