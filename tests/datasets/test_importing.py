"""Which blobs somebody may name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datasets import importing
from bot.errors import Invalid
from providers.azure_blob import BlobAddress, StorageAccount

NAME = "contosodata"
ACCOUNTS = (StorageAccount(account=NAME, containers=("training",)),)
BASE = f"https://{NAME}.blob.core.windows.net/training"
PLACE = BlobAddress(NAME, "training", "a b/train.jsonl")


def test_one_two_and_none() -> None:
    assert importing.named(" \n ", ACCOUNTS) == ()
    assert importing.named(f"{BASE}/a%20b/train.jsonl", ACCOUNTS) == (PLACE,)
    two = importing.named(f"{BASE}/x.jsonl\n  {BASE}/y.jsonl ", ACCOUNTS)
    assert [one.name for one in two] == ["x.jsonl", "y.jsonl"]


@pytest.mark.parametrize(
    ("text", "accounts", "code"),
    [
        (f"{BASE}/x.jsonl", (), "storage_none"),
        ("https://other.blob.core.windows.net/c/x", ACCOUNTS, "storage_unknown"),
        (f"{BASE.replace('training', 'other')}/x.jsonl", ACCOUNTS, "container_refused"),
        (f"{BASE}/x.jsonl {BASE}/y.jsonl {BASE}/z.jsonl", ACCOUNTS, "too_many_sources"),
        (f"{BASE}/x.jsonl {BASE}/y.jsonl?sig=abc", ACCOUNTS, "blob_signature"),
        (f"{BASE}/x.jsonl?sig=abc", (), "blob_signature"),
        ("train.jsonl", ACCOUNTS, "blob_address"),
    ],
)
def test_what_is_refused(text: str, accounts: tuple[StorageAccount, ...], code: str) -> None:
    with pytest.raises(Invalid) as told:
        importing.named(text, accounts)
    assert (told.value.code, told.value.field) == (code, "address")


@given(
    st.text(st.characters(codec="utf-8"), max_size=60),
    st.sampled_from(["?sig=", "?sv=1&sig=", "&SIG=", ";sig=", "?se=1&sig="]),
    st.text(st.sampled_from("0123456789QXZ"), min_size=12, max_size=20),
)
def test_no_text_with_a_signature_gets_through_or_is_repeated(before: str, mark: str, secret: str) -> None:
    for start in (f"{BASE}/", "https://other.example/", ""):
        with pytest.raises(Invalid) as told:
            importing.named(f"{start}{before}{mark}{secret}", ACCOUNTS)
        assert secret not in f"{told.value!r}{told.value}"


@given(st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=40))
def test_what_is_stored_is_the_same_blob(name: str) -> None:
    address = BlobAddress(NAME, "training", f"x/{name}")
    assert importing.stored(importing.source(address)["blob"]) == address
