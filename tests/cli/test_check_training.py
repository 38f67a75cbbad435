"""`tunesmith check` about training: the product, what every training needs, with the line to ask for; at no cost."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.databricks.options import SCHEMA, USER, WAREHOUSE
from sandbox.server import Sandbox, create_sandbox
from tests.cli.checked import checked

LLAMA, PHI, LAKE = "training at llama-wus3", "training at phi-eus2", "training at dbx-eus"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    made = create_sandbox()
    await made.start()
    yield made
    await made.stop()


async def test_where_all_is_there_it_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    got = await checked(sandbox.url, tmp_path)
    assert got.code == 0, got.out
    for what in (LLAMA, PHI):
        assert got.look(what) == f"ok    {what}: all is there (network provider, role, key vault)"
    assert got.look(LAKE).startswith("ok")
    assert "volume write" in got.look(LAKE)
    assert "training at prod-swc" not in got.out, "there is nothing to look at beyond the connection"


async def test_nothing_is_started_that_costs_and_nothing_is_called(sandbox: Sandbox, tmp_path: Path) -> None:
    got = await checked(sandbox.url, tmp_path)
    assert "not looked at: reading them starts the warehouse" in got.look(
        "deployments at dbx-eus: last calls"
    )
    totals: dict[str, int] = {}
    for name in ("ml", "databricks", "azure"):
        totals |= sandbox.faults.totals(name)
    assert any("/secrets" in path for path in totals), "the counters count"
    for never in ("/sql/statements", "/start", "/invocations", "/chat/completions", "/clusters/start"):
        assert not [path for path in totals if never in path], never
    assert [path for path in totals if path.startswith("GET ") and "/sql/warehouses/" in path], (
        "this starts nothing"
    )
    writing = {path for path in totals if path.startswith(("PUT ", "PATCH ", "DELETE "))}
    assert writing == set()


@pytest.mark.parametrize("gone", ["removed_404", "removed_403"])
async def test_a_product_that_was_removed_is_told_in_one_sentence(
    sandbox: Sandbox, tmp_path: Path, gone: str
) -> None:
    sandbox.databricks.configure({"training": gone})
    got = await checked(sandbox.url, tmp_path)
    assert got.code == 0, "what was trained is still served"
    assert got.look("connection dbx-eus").startswith("ok")
    line = got.look(LAKE)
    assert line.startswith(f"WARN  {LAKE}: Databricks does not train models here. ")
    assert line.endswith("models from here can still be deployed and cleaned up.")
    assert got.look("deployments at dbx-eus: rights: all").startswith("ok")


async def test_each_missing_privilege_comes_with_its_grant(sandbox: Sandbox, tmp_path: Path) -> None:
    missing = [f"CREATE_MODEL {SCHEMA}", f"WRITE_VOLUME {SCHEMA}.data"]
    sandbox.databricks.configure({"missing_grants": missing})
    got = await checked(sandbox.url, tmp_path)
    assert got.code == 1
    models = got.look(f"{LAKE}: The bot may not register models in {SCHEMA}")
    assert models.endswith(f" | GRANT CREATE MODEL ON SCHEMA main.finetuning TO `{USER}`;")
    files = got.look(f"{LAKE}: The bot may not write to the volume {SCHEMA}.data")
    assert files.endswith(f" | GRANT WRITE VOLUME ON VOLUME main.finetuning.data TO `{USER}`;")
    assert "GRANT CREATE MODEL" not in files, "each line beside what it is about"


async def test_usage_tables_that_may_not_be_read(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.databricks.configure({"system_tables": "denied"})
    got = await checked(sandbox.url, tmp_path)
    line = got.look("deployments at dbx-eus: rights: lacks SELECT on schema system.serving")
    assert line.startswith("WARN")
    assert "idle ones are not noticed" in line
    assert line.endswith(f"GRANT SELECT ON SCHEMA system.serving TO `{USER}`;")


async def test_a_warehouse_that_is_not_there(sandbox: Sandbox, tmp_path: Path) -> None:
    got = await checked(sandbox.url, tmp_path, change=lambda text: text.replace(WAREHOUSE, "wrong0000"))
    assert got.code == 0, "it only knows less"
    line = got.look("deployments at dbx-eus: rights: lacks SQL warehouse wrong0000, which is not there")
    assert line.startswith("WARN")
    assert "idle ones are not noticed" in line
    assert " | Correct `connections.dbx-eus.options.warehouse_id`" in line


async def test_a_warehouse_that_may_not_be_used(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.databricks.configure({"missing_grants": [f"CAN_USE {WAREHOUSE}"]})
    got = await checked(sandbox.url, tmp_path)
    line = got.look(f"deployments at dbx-eus: rights: lacks CAN_USE on SQL warehouse {WAREHOUSE}")
    assert line.startswith("WARN")
    assert f" | databricks warehouses update-permissions {WAREHOUSE} --json " in line
    assert USER in line


@pytest.mark.parametrize(
    ("switch", "words", "grant"),
    [
        (
            {"network_registered": False},
            "The Azure subscription is not registered for Microsoft.Network.",
            "az provider register --namespace Microsoft.Network --subscription 00000000-0000-4000-8000-000000000001",
        ),
        (
            {"vault_rights": False},
            "The bot may not put secrets into the Key Vault kv-llama.",
            '--role "Key Vault Secrets Officer" --scope "/subscriptions/00000000-0000-4000-8000-000000000001',
        ),
        (
            {"role": "reader"},
            "The bot lacks the role Azure AI Developer in the project.",
            '--role "Azure AI Developer" --scope "/subscriptions/00000000-0000-4000-8000-000000000001',
        ),
    ],
)
async def test_what_a_workspace_lacks_comes_with_its_remedy(
    sandbox: Sandbox, tmp_path: Path, switch: dict[str, Any], words: str, grant: str
) -> None:
    sandbox.ml.configure(switch)
    got = await checked(sandbox.url, tmp_path)
    assert got.code == 1
    line = got.look(f"{LLAMA}: {words}")
    assert line.startswith("FAIL")
    assert grant in line.split(" | ")[-1]


async def test_a_vault_that_does_not_answer_is_not_called_missing(sandbox: Sandbox, tmp_path: Path) -> None:
    broken = {"kind": "status", "match": {"method": "GET", "path": "/secrets"}, "status": 500, "times": 0}
    sandbox.faults.add("ml", broken)
    got = await checked(sandbox.url, tmp_path)
    line = got.look(LLAMA)
    assert line.startswith(f"WARN  {LLAMA}: cannot be looked at: key vault (kv-llama)")
    assert line.endswith("Trainings are tried all the same, and the service decides.")


async def test_a_vault_that_is_not_there(sandbox: Sandbox, tmp_path: Path) -> None:
    got = await checked(
        sandbox.url, tmp_path, change=lambda text: text.replace("/ml/vault/kv-phi", "/ml/vault/kv-none")
    )
    assert got.code == 1
    assert got.look(f"{PHI}: There is no Key Vault kv-none").endswith(
        "Correct `connections.phi-eus2.options.key_vault`."
    )


async def test_a_workspace_that_refuses_the_token_is_told_once(sandbox: Sandbox, tmp_path: Path) -> None:
    got = await checked(sandbox.url, tmp_path, TUNESMITH_CONNECTION_DBX_EUS_KEY="dapi-wrong")
    assert got.look("connection dbx-eus").startswith("FAIL")
    assert LAKE not in got.out
    assert "dapi-wrong" not in got.out
