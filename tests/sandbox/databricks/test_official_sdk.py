"""The official `databricks-sdk` against the stand-in: files, Unity Catalog, serving, SQL, OAuth."""

import asyncio
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.errors import (
    NotFound,
    PermissionDenied,
    ResourceConflict,
    TooManyRequests,
    Unauthenticated,
)
from databricks.sdk.service import catalog, serving, sql

from sandbox.databricks.options import CLIENT_ID, CLIENT_SECRET, PAT, USER, WAREHOUSE
from tests.sandbox.databricks.stand import FOLDER, Stand
from tests.sandbox.databricks.test_runs import chat

T = TypeVar("T")


def client_of(stand: Stand, **credentials: Any) -> WorkspaceClient:
    """A client that knows nothing but this host, and gives up early."""
    return WorkspaceClient(
        config=Config(host=stand.origin, retry_timeout_seconds=1, http_timeout_seconds=30, **credentials)
    )


@pytest.fixture
async def client(stand: Stand) -> WorkspaceClient:
    return await asyncio.to_thread(lambda: client_of(stand, token=PAT, auth_type="pat"))


async def off(call: Callable[[], T]) -> T:
    """The client blocks, the stand-in runs in this loop."""
    return await asyncio.to_thread(call)


async def test_who_am_i_with_each_credential(stand: Stand, client: WorkspaceClient) -> None:
    assert (await off(client.current_user.me)).user_name == USER

    def machine() -> Any:
        secrets = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        return client_of(stand, auth_type="oauth-m2m", **secrets).current_user.me()

    assert (await off(machine)).user_name == CLIENT_ID
    assert stand.service.identity.renewals == 1
    wrong = await off(lambda: client_of(stand, token="dapiwrong", auth_type="pat"))
    with pytest.raises(PermissionDenied):
        await off(wrong.current_user.me)
    odd = await off(lambda: client_of(stand, token="other", auth_type="pat"))
    with pytest.raises(Unauthenticated):
        await off(odd.current_user.me)


async def test_files(client: WorkspaceClient) -> None:
    path = f"{FOLDER}/a folder/täglich 100%.jsonl"

    def work() -> None:
        client.files.create_directory(path.rpartition("/")[0])
        client.files.upload(path, io.BytesIO(b'{"a": 1}\n'), overwrite=False)
        with pytest.raises(ResourceConflict):
            client.files.upload(path, io.BytesIO(b"x"), overwrite=False)
        client.files.upload(path, io.BytesIO(b"12345"), overwrite=True)
        found = client.files.get_metadata(path)
        assert (found.content_length, found.content_type) == (5, "application/octet-stream")
        contents = client.files.download(path).contents
        assert contents is not None
        assert contents.read() == b"12345"
        (entry,) = client.files.list_directory_contents(f"{FOLDER}/a folder", page_size=1)
        assert (entry.path, entry.is_directory, entry.file_size) == (path, False, 5)
        (folder,) = client.files.list_directory_contents(FOLDER)
        assert folder.is_directory
        client.files.delete(path)
        with pytest.raises(NotFound):
            client.files.get_metadata(path)
        client.files.delete_directory(f"{FOLDER}/a folder")
        with pytest.raises(NotFound):
            client.files.get_directory_metadata(f"{FOLDER}/a folder")

    await off(work)


async def test_volumes_schemas_and_grants(client: WorkspaceClient) -> None:
    def work() -> None:
        assert [volume.full_name for volume in client.volumes.list("main", "finetuning")] == [
            "main.finetuning.data"
        ]
        assert client.volumes.read("main.finetuning.data").volume_type is catalog.VolumeType.MANAGED
        assert client.schemas.get("main.finetuning").catalog_name == "main"
        assert client.catalogs.get("main").name == "main"
        made = client.volumes.create("main", "default", "more", catalog.VolumeType.MANAGED)
        assert made.full_name == "main.default.more"
        client.volumes.delete("main.default.more")
        with pytest.raises(NotFound):
            client.volumes.read("main.default.more")
        held = client.grants.get_effective("schema", "main.finetuning", principal=USER)
        (assigned,) = held.privilege_assignments or []
        names = {privilege.privilege for privilege in assigned.privileges or []}
        assert {catalog.Privilege.CREATE_MODEL, catalog.Privilege.USE_CATALOG} <= names

    await off(work)


async def test_models_their_versions_and_aliases(stand: Stand, client: WorkspaceClient) -> None:
    done = await stand.trained(await stand.put("train.jsonl", chat(16)), trainingDuration="1ep")
    full = f"main.finetuning.{done['name']}"

    def work() -> None:
        listed = client.registered_models.list(catalog_name="main", schema_name="finetuning", max_results=1)
        assert full in [model.full_name for model in listed]
        (version,) = client.model_versions.list(full)
        assert version.status is catalog.ModelVersionInfoStatus.READY
        assert version.run_id == done["details"]["experimentTracker"]["mlflow"]["mlflowRunId"]
        client.registered_models.set_alias(full, "champion", 1)
        assert client.model_versions.get_by_alias(full, "champion").version == 1
        assert [alias.alias_name for alias in client.model_versions.get(full, 1).aliases or []] == [
            "champion"
        ]
        client.registered_models.delete_alias(full, "champion")
        client.model_versions.delete(full, 1)
        client.registered_models.delete(full)
        with pytest.raises(NotFound):
            client.registered_models.get(full)

    await off(work)


async def test_serving_and_its_use(stand: Stand, client: WorkspaceClient) -> None:
    stand.service.configure({"idle_seconds": 1e9, "usage_lag_seconds": 0})
    done = await stand.trained(await stand.put("train.jsonl", chat(40)), trainingDuration="4ep")
    full = f"main.finetuning.{done['name']}"
    entity = serving.ServedEntityInput(
        name="one", entity_name=full, entity_version="1", scale_to_zero_enabled=True,
        min_provisioned_throughput=0, max_provisioned_throughput=20_000,
    )  # fmt: skip

    def work() -> None:
        made = client.serving_endpoints.create_and_wait(
            name="sdk-endpoint",
            config=serving.EndpointCoreConfigInput(name="sdk-endpoint", served_entities=[entity]),
            tags=[serving.EndpointTag("requestedBy", "U123")],
            ai_gateway=serving.AiGatewayConfig(
                usage_tracking_config=serving.AiGatewayUsageTrackingConfig(enabled=True)
            ),
            timeout=timedelta(seconds=60),
        )
        assert made.state is not None
        assert made.state.ready is serving.EndpointStateReady.READY
        assert [endpoint.name for endpoint in client.serving_endpoints.list()] == ["sdk-endpoint"]
        message = serving.ChatMessage(role=serving.ChatMessageRole.USER, content="Is lamp 3 in stock?")
        answer = client.serving_endpoints.query("sdk-endpoint", messages=[message], max_tokens=16)
        assert answer.choices
        client.serving_endpoints.patch("sdk-endpoint", add_tags=[serving.EndpointTag("a", "b")])
        rows = client.statement_execution.execute_statement(
            "SELECT max(u.request_time) FROM system.serving.endpoint_usage u "
            "JOIN system.serving.served_entities e ON u.served_entity_id = e.served_entity_id "
            "WHERE e.endpoint_name = :name",
            WAREHOUSE,
            parameters=[sql.StatementParameterListItem(name="name", value="sdk-endpoint")],
            wait_timeout="30s",
        )
        assert rows.status is not None
        assert rows.status.state is sql.StatementState.SUCCEEDED
        assert rows.result is not None
        assert rows.result.data_array
        assert rows.result.data_array[0][0].endswith("Z")
        client.serving_endpoints.delete("sdk-endpoint")
        with pytest.raises(NotFound):
            client.serving_endpoints.get("sdk-endpoint")

    await off(work)


async def test_a_warehouse_is_looked_at_and_not_started(stand: Stand, client: WorkspaceClient) -> None:
    def work() -> None:
        found = client.warehouses.get(WAREHOUSE)
        assert (found.id, found.state, found.num_clusters) == (WAREHOUSE, sql.State.STOPPED, 0)
        with pytest.raises(NotFound, match="does not exist"):
            client.warehouses.get("nowhere")
        client.statement_execution.execute_statement("SELECT 1", WAREHOUSE, wait_timeout="30s")
        assert client.warehouses.get(WAREHOUSE).state is sql.State.RUNNING
        stand.service.configure({"missing_grants": [f"CAN_USE {WAREHOUSE}"]})
        with pytest.raises(PermissionDenied):
            client.warehouses.get(WAREHOUSE)

    await off(work)


async def test_the_client_reads_a_throttle(stand: Stand, client: WorkspaceClient) -> None:
    stand.service.configure({"throttle_next": 1000, "retry_after": "1"})
    with pytest.raises((TimeoutError, TooManyRequests)):
        await off(client.current_user.me)
