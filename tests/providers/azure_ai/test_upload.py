"""Data on its way to the datastore: three ways in, blocks, resuming, and what is refused."""

from datetime import timedelta

import pytest

from providers.azure_ai.provider import AzureAIProvider
from providers.base import Ref, State
from providers.errors import Conflict, NotFound, Refused, Unauthorised, Unavailable
from providers.sending import InParts
from tests.providers.azure_ai.conftest import Studio, sent
from tests.providers.helpers import Bytes, quiet

DATA = b'{"messages":[{"role":"assistant","content":"yes"}]}\n' * 1000
SKEW = timedelta(minutes=1)


def stored(studio: Studio, account: str, name: str) -> bytes:
    """What stands in the account under a file's name."""
    facts = next(one for one in studio.service.options.workspaces if one.storage_account == account)
    container = studio.blobs.container(account, facts.container)
    assert container is not None
    content = container[f"LocalUpload/tunesmith/{name}"].content
    return content if isinstance(content, bytes) else content.read_bytes()


@pytest.mark.parametrize(("workspace", "account"), [("llama", "stsas"), ("keys", "stkey"), ("phi", "stnone")])
async def test_every_way_in(studio: Studio, workspace: str, account: str) -> None:
    provider = studio.provider(workspace)
    file = await provider.upload(Bytes(DATA), "D1-data.jsonl", None, quiet)
    assert file.id == "azureml://datastores/workspaceblobstore/paths/LocalUpload/tunesmith/D1-data.jsonl"
    assert (file.name, file.bytes, file.state) == ("D1-data.jsonl", len(DATA), "processed")
    assert stored(studio, account, file.name) == DATA
    assert await provider.file(Ref(id=file.id)) == file
    assert [one.id for one in await provider.files()] == [file.id]
    assert await provider.find_file(file.name, len(DATA), file.created_at) == file
    await provider.delete_file(Ref(id=file.id))
    await provider.delete_file(Ref(id=file.id))
    with pytest.raises(NotFound) as told:
        await provider.file(Ref(id=file.id))
    assert told.value.code == "not_found"
    assert await provider.files() == []
    assert await provider.find_file(file.name, len(DATA), file.created_at) is None


async def test_only_the_same_file_is_found(provider: AzureAIProvider) -> None:
    file = await sent(provider)
    assert file.bytes is not None
    assert await provider.find_file(file.name, file.bytes, file.created_at - SKEW) is not None
    assert await provider.find_file(file.name, file.bytes + 1, file.created_at - SKEW) is None
    assert await provider.find_file("other.jsonl", file.bytes, file.created_at - SKEW) is None
    assert await provider.find_file(file.name, file.bytes, file.created_at + 10 * SKEW) is None


async def test_sent_twice_is_one_file(studio: Studio, provider: AzureAIProvider) -> None:
    studio.fail("lost_answer", "PUT", "D3.jsonl", "blob")
    file = await provider.upload(Bytes(DATA), "D3.jsonl", None, quiet)
    assert studio.asked("PUT", "D3.jsonl", "blob") == 2
    assert [one.id for one in await provider.files()] == [file.id]


async def test_another_file_of_the_name_stays(studio: Studio, provider: AzureAIProvider) -> None:
    await provider.upload(Bytes(DATA), "D3.jsonl", None, quiet)
    with pytest.raises(Conflict) as told:
        await provider.upload(Bytes(DATA[:100]), "D3.jsonl", None, quiet)
    assert (told.value.code, told.value.params["name"]) == ("store_name_taken", "D3.jsonl")
    assert stored(studio, "stnone", "D3.jsonl") == DATA


async def test_a_broken_upload_is_certainly_not_there(studio: Studio, provider: AzureAIProvider) -> None:
    studio.fail("status", "PUT", "D4.jsonl", "blob", status=503, times=0)
    with pytest.raises(Unavailable):
        await provider.upload(Bytes(DATA), "D4.jsonl", None, quiet)


async def test_progress_and_a_source_that_changed(provider: AzureAIProvider) -> None:
    class Grown(Bytes):
        @property
        def size(self) -> int:
            return len(self.data) - 1

    seen: list[int] = []

    async def note(bytes_sent: int) -> None:
        seen.append(bytes_sent)

    await provider.upload(Bytes(DATA, piece=10_000), "D5.jsonl", None, note)
    assert seen == sorted(seen)
    assert seen[-1] == len(DATA)
    with pytest.raises(Refused) as told:
        await provider.upload(Grown(DATA), "D6.jsonl", None, quiet)
    assert told.value.code == "source_changed"
    with pytest.raises(NotFound):
        await provider.file(
            Ref(id="azureml://datastores/workspaceblobstore/paths/LocalUpload/tunesmith/D6.jsonl")
        )


class Keeper:
    """Keeps the states of an upload in blocks; may break it off after one of them."""

    def __init__(self, break_after: int = 10**9) -> None:
        self.states: list[State] = []
        self._break_after = break_after

    async def __call__(self, state: State) -> None:
        self.states.append(state)
        if len(self.states) == self._break_after:
            raise InterruptedError


@pytest.mark.parametrize("done", [1, 3, 7])
async def test_blocks_are_gone_on_with(studio: Studio, done: int) -> None:
    provider = studio.provider("llama")
    first = Keeper(break_after=done)
    with pytest.raises(InterruptedError):
        await provider.upload(
            Bytes(DATA), "D7.jsonl", None, quiet, InParts(above=100, size=8_000, keep=first)
        )
    before = studio.asked("PUT", "D7.jsonl", "blob")
    second = Keeper()
    file = await studio.provider("llama").upload(
        Bytes(DATA), "D7.jsonl", first.states[-1], quiet, InParts(above=100, size=9_999, keep=second)
    )
    blocks = -(-len(DATA) // 8_000)
    assert studio.asked("PUT", "D7.jsonl", "blob") - before == blocks - done + 1
    assert second.states[-1] == {}
    assert file.bytes == len(DATA)
    assert stored(studio, "stsas", "D7.jsonl") == DATA


async def test_forgotten_blocks_are_sent_anew(studio: Studio, provider: AzureAIProvider) -> None:
    state: State = {
        "store": "workspaceblobstore", "path": "LocalUpload/tunesmith/D8.jsonl", "size": len(DATA),
        "block": 8_000, "done": 4,
    }  # fmt: skip
    await provider.upload(Bytes(DATA), "D8.jsonl", state, quiet, InParts(above=1, size=8_000, keep=Keeper()))
    assert stored(studio, "stnone", "D8.jsonl") == DATA


@pytest.mark.parametrize(
    "state",
    [
        {
            "store": "workspaceblobstore",
            "path": "LocalUpload/tunesmith/D9.jsonl",
            "size": 1,
            "block": 5,
            "done": 9,
        },
        {"store": "x", "path": "y", "size": len(DATA), "block": 1, "done": 1},
        {
            "store": "workspaceblobstore",
            "path": "LocalUpload/tunesmith/D9.jsonl",
            "size": len(DATA),
            "block": "a",
        },
    ],
)
async def test_a_foreign_state_is_not_gone_on_with(
    studio: Studio, provider: AzureAIProvider, state: State
) -> None:
    await provider.upload(Bytes(DATA), "D9.jsonl", state, quiet, InParts(above=1, size=30_000, keep=Keeper()))
    assert stored(studio, "stnone", "D9.jsonl") == DATA


async def test_a_data_asset_is_the_address(studio: Studio) -> None:
    provider = studio.provider("keys", data_assets=True)
    file = await provider.upload(Bytes(DATA), "D10-data.jsonl", None, quiet)
    assert file.id.endswith("/workspaces/keys/data/D10-data-jsonl/versions/1")
    assert await provider.file(Ref(id=file.id)) == file
    again = await provider.upload(Bytes(DATA), "D10-data.jsonl", None, quiet)
    assert again.id == file.id
    assert [one.id for one in await provider.files()] == [file.id]
    found = await provider.find_file(file.name, len(DATA), file.created_at)
    assert found is not None
    assert found.id == file.id
    await provider.delete_file(Ref(id=file.id))
    with pytest.raises(NotFound):
        await provider.file(Ref(id=file.id))
    await provider.delete_file(Ref(id=file.id))


async def test_without_the_role_the_command_is_told(studio: Studio, provider: AzureAIProvider) -> None:
    studio.blobs.writable = False
    with pytest.raises(Unauthorised) as told:
        await sent(provider)
    assert told.value.code == "store_role_missing"
    assert told.value.params["role"] == "Storage Blob Data Contributor"
    grant = str(told.value.params["grant"])
    assert "Microsoft.Storage/storageAccounts/stnone" in grant
    assert "11111111-2222-3333-4444-555555555555" in grant


async def test_a_firewall_is_told_apart_from_a_role(studio: Studio, provider: AzureAIProvider) -> None:
    studio.blobs.open = False
    with pytest.raises(Unauthorised) as told:
        await sent(provider)
    assert told.value.code == "store_network_refused"


async def test_what_no_training_could_read_is_not_sent(studio: Studio, provider: AzureAIProvider) -> None:
    workspace = next(one for one in studio.service.workspaces if one.facts.name == "phi")
    workspace.datastores["workspaceblobstore"].identity = "None"
    with pytest.raises(Refused) as told:
        await sent(provider)
    assert (told.value.code, told.value.params["datastore"]) == (
        "store_identity_missing",
        "workspaceblobstore",
    )
    assert studio.asked("PUT", ".jsonl", "blob") == 0


async def test_without_list_secrets_the_role_is_told(studio: Studio) -> None:
    studio.service.configure({"role": "scientist"})
    with pytest.raises(Unauthorised) as told:
        await sent(studio.provider("llama"))
    assert told.value.code == "role_missing"
    assert told.value.params["action"] == (
        "Microsoft.MachineLearningServices/workspaces/datastores/listSecrets/action"
    )
    assert "/workspaces/llama" in str(told.value.params["grant"])


async def test_a_revoked_signature_is_asked_for_again(studio: Studio) -> None:
    provider = studio.provider("llama")
    await sent(provider, name="one.jsonl")
    studio.fail(
        "status",
        "PUT",
        "two.jsonl",
        "blob",
        status=403,
        body="<Error><Code>AuthenticationFailed</Code></Error>",
    )
    await sent(provider, name="two.jsonl")
    assert studio.asked("POST", "/listSecrets") == 2


async def test_secrets_are_asked_for_once_and_shown_nowhere(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    provider = studio.provider("llama")
    with caplog.at_level("DEBUG"):
        for number in range(3):
            await sent(provider, name=f"D{number}.jsonl")
        studio.fail("status", "PUT", "last.jsonl", "blob", status=400, body="<Error><Code>X</Code></Error>")
        with pytest.raises(Refused) as told:
            await sent(provider, name="last.jsonl")
    assert studio.asked("POST", "/listSecrets") == 1
    ours = [record for record in caplog.records if record.name.startswith(("providers", "bot"))]
    shown = "\n".join(record.getMessage() for record in ours) + repr(told.value) + str(told.value.params)
    assert "sig=" not in shown
