"""The signature that is made of an account's key is the one that Microsoft's own client makes."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from azure.storage.blob import ContainerSasPermissions
from azure.storage.blob._shared_access_signature import BlobSharedAccessSignature
from hypothesis import given
from hypothesis import strategies as st

from providers.azure_ai.sas import VERSION, container_signature
from providers.errors import Unavailable

NOW = datetime(2026, 11, 22, 12, 0, 5, tzinfo=UTC)
NAMES = st.from_regex(r"[a-z0-9]{3,24}", fullmatch=True)


@given(account=NAMES, container=NAMES, key=st.binary(min_size=1, max_size=64), https=st.booleans())
def test_signed_as_the_official_client_signs(
    account: str, container: str, key: bytes, *, https: bool
) -> None:
    secret = base64.b64encode(key).decode()
    ours = container_signature(account, container, secret, now=NOW, lasting=timedelta(hours=1), https=https)
    official = BlobSharedAccessSignature(account, secret)
    official.x_ms_version = VERSION
    told = parse_qs(
        official.generate_container(
            container,
            permission=ContainerSasPermissions(read=True, create=True, write=True, delete=True, list=True),
            start=NOW - timedelta(minutes=5),
            expiry=NOW + timedelta(hours=1),
            protocol="https" if https else None,
        )
    )
    assert ours == {name: values[0] for name, values in told.items()}


def test_a_key_that_is_none() -> None:
    with pytest.raises(Unavailable):
        container_signature("a", "b", "no base64!", now=NOW, lasting=timedelta(hours=1))
