"""`tunesmith check` about storage accounts: may they be read, and what to do when not."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.server import Sandbox, create_sandbox
from tests.cli.checked import checked

NAMED = 'account = "contosodata"\ncontainers = ["training", "nowhere"]\n'


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    made = create_sandbox()
    await made.start()
    yield made
    await made.stop()


async def test_an_account_that_may_be_read(sandbox: Sandbox, tmp_path: Path) -> None:
    seen = await checked(sandbox.url, tmp_path)
    assert seen.code == 0
    assert "may be read" in seen.look("storage contosodata")


async def test_a_named_container_that_is_not_there(sandbox: Sandbox, tmp_path: Path) -> None:
    seen = await checked(
        sandbox.url, tmp_path, change=lambda text: text.replace('account = "contosodata"\n', NAMED)
    )
    assert seen.code == 1
    assert "may be read" in seen.look("contosodata/training")
    assert "no such container" in seen.look("contosodata/nowhere")


async def test_a_missing_role_and_a_closed_network(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.blobs.configure({"readable": False})
    seen = await checked(sandbox.url, tmp_path)
    line = seen.look("storage contosodata")
    assert seen.code == 1
    assert "lacks the role Storage Blob Data Reader. |" in line
    assert line.count("az role assignment create") == 1
    assert "&lt;" not in line
    sandbox.blobs.configure({"readable": True, "open": False})
    assert "refuses the bot" in (await checked(sandbox.url, tmp_path)).look("storage contosodata")
