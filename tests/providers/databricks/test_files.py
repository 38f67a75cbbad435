"""Training data in a volume."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import Ref
from providers.databricks.files import FOLDER, file_in, folder_of, stem_of
from providers.databricks.provider import DatabricksProvider
from providers.errors import Conflict, NotFound, OutcomeUnknown, Refused
from tests.providers.databricks.conftest import Workspace, chat, sent
from tests.providers.helpers import Bytes, quiet

ROOT = "dbfs:/Volumes/main/finetuning/data/tunesmith"
NAME = "D1-Fragen & Antworten #1-0a1b2c3d.jsonl"
UPLOAD = "/api/2.0/fs/files/Volumes/main/finetuning/data/tunesmith/D1-train-0a1b2c3d/D1-train-0a1b2c3d.jsonl"


async def test_a_file_is_sent_found_listed_and_deleted(
    workspace: Workspace, provider: DatabricksProvider
) -> None:
    began = datetime.now(UTC)
    told: list[int] = []

    async def note(count: int) -> None:
        told.append(count)

    data = chat(50)
    file = await provider.upload(Bytes(data, 1000), NAME, None, note)
    assert file.id == f"{ROOT}/{NAME.removesuffix('.jsonl')}/{NAME}"
    assert (file.name, file.bytes, file.state) == (NAME, len(data), "processed")
    assert told[-1] == len(data)
    assert told == sorted(told)
    found = await provider.find_file(NAME, len(data), began)
    assert found is not None
    assert found.id == file.id
    assert await provider.find_file(NAME, len(data) + 1, began) is None
    assert await provider.find_file(NAME, len(data), began + timedelta(hours=1)) is None
    assert (await provider.file(Ref(id=file.id))).bytes == len(data)
    assert [(one.id, one.bytes) for one in await provider.files()] == [(file.id, len(data))]
    before = workspace.service.state()["files"]
    await provider.delete_file(Ref(id=file.id))
    await provider.delete_file(Ref(id=file.id))
    assert workspace.service.state()["files"] == before - 1
    assert await provider.files() == []
    with pytest.raises(NotFound) as missing:
        await provider.file(Ref(id=file.id))
    assert missing.value.code == "not_found"


async def test_the_same_file_twice_is_one_and_another_is_refused(provider: DatabricksProvider) -> None:
    first = await sent(provider, chat(10))
    assert (await sent(provider, chat(10))).id == first.id
    with pytest.raises(Conflict) as told:
        await sent(provider, chat(11))
    assert told.value.code == "upload_differs"


async def test_an_upload_without_an_answer_is_found(
    workspace: Workspace, provider: DatabricksProvider
) -> None:
    data, since = chat(10), datetime.now(UTC)
    workspace.fail("lost_answer", "PUT", UPLOAD, times=1)
    with pytest.raises(OutcomeUnknown):
        await sent(provider, data)
    found = await provider.find_file("D1-train-0a1b2c3d.jsonl", len(data), since)
    assert found is not None
    assert (await provider.file(Ref(id=found.id))).bytes == len(data)


@pytest.mark.parametrize("more", [-5, 5])
async def test_a_source_that_changed_is_refused_and_leaves_no_file(
    provider: DatabricksProvider, more: int
) -> None:
    class Changed(Bytes):
        @property
        def size(self) -> int:
            return len(self.data) + more

    with pytest.raises(Refused) as told:
        await provider.upload(Changed(chat(10), 100), "D1-x.jsonl", None, quiet)
    assert told.value.code == "source_changed"
    assert await provider.files() == []


async def test_a_volume_that_is_not_there(workspace: Workspace) -> None:
    provider = workspace.provider(volume="/Volumes/main/finetuning/nowhere")
    with pytest.raises(NotFound) as told:
        await sent(provider, chat(10))
    assert (told.value.code, told.value.params["volume"]) == (
        "volume_unknown", "/Volumes/main/finetuning/nowhere",
    )  # fmt: skip


async def test_a_folder_with_somebody_elses_file_stays(provider: DatabricksProvider) -> None:
    ours = await sent(provider, chat(10))
    theirs = await provider._client.send(
        "files.upload", "PUT", UPLOAD.replace("D1-train-0a1b2c3d.jsonl", "notes.txt"), json={"a": 1}
    )
    assert theirs == {}
    await provider.delete_file(Ref(id=ours.id))
    assert [one.name for one in await provider.files()] == ["notes.txt"]


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\x00"), min_size=1)


@given(NAMES.filter(lambda stem: stem not in {".", ".."}))
def test_a_text_file_and_its_folder_name_each_other(stem: str) -> None:
    file = f"{ROOT}/{stem}/{stem}.txt"
    assert stem_of(f"{stem}.txt") == stem
    assert file_in(folder_of(file)) == file


@given(NAMES)
def test_folders_of_others_stay_what_they_are(name: str) -> None:
    folder = f"dbfs:/Volumes/a/b/c/{name}x"
    assert FOLDER not in folder.split("/")[-2:-1]
    assert file_in(folder) == folder
