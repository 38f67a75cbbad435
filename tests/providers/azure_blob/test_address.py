"""What a person may write as the address of a blob."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.azure_blob import AddressProblem, BlobAddress, StorageAccount, parse_address
from providers.azure_blob.address import has_signature

ACCOUNTS = (
    StorageAccount(account="contosodata"),
    StorageAccount(
        account="fabrikam", endpoint="https://fabrikam.blob.core.chinacloudapi.cn", containers=("models",)
    ),
)
BASE = "https://contosodata.blob.core.windows.net"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{BASE}/training/train.jsonl", BlobAddress("contosodata", "training", "train.jsonl")),
        (f"  {BASE}/training/a/b%20c.jsonl ", BlobAddress("contosodata", "training", "a/b c.jsonl")),
        (f"{BASE.upper()}/training/A.jsonl", BlobAddress("contosodata", "training", "A.jsonl")),
        (
            "https://fabrikam.blob.core.chinacloudapi.cn/models/x.jsonl",
            BlobAddress("fabrikam", "models", "x.jsonl"),
        ),
    ],
)
def test_addresses_of_configured_accounts(text: str, expected: BlobAddress) -> None:
    assert parse_address(text, ACCOUNTS) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{BASE}/training/t.jsonl?sv=2024-11-04&sig=abc%3D", "blob_signature"),
        (f"{BASE}/training/t.jsonl?snapshot=2026-11-01", "blob_signature"),
        (f"{BASE}/training/t.jsonl&SIG=abc", "blob_signature"),
        (f"{BASE}/training/t.jsonl&amp;sig=abc", "blob_signature"),
        (f"{BASE}/training/t.jsonl%3Fsv%3D1%26sig%3Dabc", "blob_signature"),
        ("sig=abc", "blob_signature"),
        (f"{BASE}/training", "blob_address"),
        (f"{BASE}/training/", "blob_address"),
        (f"{BASE}/Training/t.jsonl", "blob_address"),
        (f"{BASE}/training/../t.jsonl", "blob_address"),
        (f"{BASE}/training/%2e%2e/t.jsonl", "blob_address"),
        (f"{BASE}/training/t.jsonl#part", "blob_address"),
        (f"{BASE}/training/a%00b", "blob_address"),
        ("train.jsonl", "blob_address"),
        ("https://user@contosodata.blob.core.windows.net/training/t.jsonl", "storage_unknown"),
        ("https://evil.example/training/t.jsonl", "storage_unknown"),
        ("https://contosodata.blob.core.windows.net.evil.example/training/t.jsonl", "storage_unknown"),
        ("https://fabrikam.blob.core.windows.net/other/t.jsonl", "container_refused"),
    ],
)
def test_what_is_refused(text: str, code: str) -> None:
    with pytest.raises(AddressProblem) as told:
        parse_address(text, ACCOUNTS)
    assert told.value.code == code
    assert "abc" not in repr(told.value.params)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_problem(rest: str) -> None:
    try:
        found = parse_address(f"{BASE}/training/{rest}", ACCOUNTS)
    except AddressProblem:
        return
    assert found.container == "training"
    assert ".." not in found.name.split("/")
    assert not has_signature(rest)


@given(st.sampled_from(["?sig=", "&se=", "?sv="]), st.text(max_size=20))
def test_a_signature_is_seen_anywhere(part: str, rest: str) -> None:
    assert has_signature(f"look at {BASE}/training/t.jsonl{part}{rest}")
