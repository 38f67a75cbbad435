"""What a form or a command hands in: files, blobs, and which of them is training data."""

import pytest

from bot.errors import Invalid
from handlers import handing_in
from handlers.command_line import Command, parse
from handlers.listeners.commands import immediate
from handlers.views.upload import FileHandle, Upload
from providers.azure_blob import StorageAccount

ACCOUNTS = (StorageAccount(account="contosodata"),)
BASE = "https://contosodata.blob.core.windows.net/training"
FILE = FileHandle(id="F0TRAIN99", name="own.jsonl", size=12)
OTHER = FileHandle(id="F0VALID99", name="other.jsonl", size=1)


def form(
    training: FileHandle | None = None, validation: FileHandle | None = None, address: str = ""
) -> Upload:
    return Upload(connection="dev", training=training, validation=validation, channel="", address=address)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (form(FILE), [("own.jsonl", "training")]),
        (form(FILE, OTHER), [("own.jsonl", "training"), ("other.jsonl", "validation")]),
        (form(address=f"{BASE}/a.jsonl"), [("a.jsonl", "training")]),
        (form(FILE, address=f"{BASE}/a.jsonl"), [("own.jsonl", "training"), ("a.jsonl", "validation")]),
        (form(None, OTHER, f"{BASE}/a.jsonl"), [("a.jsonl", "training"), ("other.jsonl", "validation")]),
        (form(address=f"{BASE}/a.jsonl {BASE}/b.jsonl"), [("a.jsonl", None), ("b.jsonl", None)]),
    ],
)
def test_an_address_stands_for_the_file_that_is_not_attached(
    given: Upload, expected: list[tuple[str, str | None]]
) -> None:
    found = handing_in.of_form(given, ACCOUNTS)
    assert [(one.name, one.role) for one in found] == expected
    for one in found:
        assert set(one.source) == ({"file_id"} if one.file_id else {"blob"})


@pytest.mark.parametrize(
    ("given", "accounts", "code"),
    [
        (form(), ACCOUNTS, "nothing_given"),
        (form(), (), "no_file"),
        (form(FILE, OTHER, f"{BASE}/a.jsonl"), ACCOUNTS, "too_many_sources"),
        (form(FILE, address=f"{BASE}/a.jsonl {BASE}/b.jsonl"), ACCOUNTS, "too_many_sources"),
        (form(FILE, address=f"{BASE}/a.jsonl?sig=x"), ACCOUNTS, "blob_signature"),
        (form(address=f"{BASE}/a.jsonl"), (), "storage_none"),
    ],
)
def test_what_cannot_be_handed_in(given: Upload, accounts: tuple[StorageAccount, ...], code: str) -> None:
    with pytest.raises(Invalid) as told:
        handing_in.of_form(given, accounts)
    assert told.value.code == code


def test_addresses_are_found_whole_among_the_words() -> None:
    long = f"{BASE}/{'x' * 1000}.jsonl"
    command = parse(f"upload <{BASE}/a%20b.jsonl> “{long}” dev-eus2 please")
    assert isinstance(command, Command)
    assert handing_in.addresses_in(command) == [f"{BASE}/a%20b.jsonl", long]
    assert "dev-eus2" in command.rest


@pytest.mark.parametrize(
    "text", [f"upload {BASE}/a?sv=1&amp;sig=Zm9v", f"uplod {BASE}/a?SIG=Zm9v", "x?sig=Zm9v"]
)
def test_a_text_with_a_signature_is_not_repeated(text: str) -> None:
    answer = immediate(parse(text), "en", text)
    assert answer is not None
    assert "Zm9v" not in f"{answer.text}{answer.blocks}"
    assert "signature" in answer.text
