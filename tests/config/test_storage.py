"""`[[storage]]`: what is taken, and what is refused."""

import pytest

from bot.config.handover import storage_account
from tests.config.sample import SOUND, Loader, found

ONE = '[[storage]]\naccount = "mydata"\n'


def test_an_account_by_its_name_alone(given: Loader) -> None:
    [one] = given(SOUND + ONE).storage
    account = storage_account(one)
    assert (account.base, account.scope) == (
        "https://mydata.blob.core.windows.net",
        "https://storage.azure.com/.default",
    )
    assert (account.containers, account.credential) == ((), "default")


def test_everything_that_can_be_said(given: Loader) -> None:
    text = (
        ONE + 'endpoint = "https://mydata.blob.core.chinacloudapi.cn/"\ncontainers = ["training"]\n'
        'credential = "managed_identity"\nclient_id = "c"\ntenant_id = "t"\nscope = "s"\nresource_id = "/x"\n'
        'authority = "https://login.chinacloudapi.cn"\n'
    )
    account = storage_account(given(SOUND + text).storage[0])
    assert account.base == "https://mydata.blob.core.chinacloudapi.cn"
    assert (account.containers, account.client_id, account.resource_id) == (("training",), "c", "/x")


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        (ONE + ONE, "storage[2].account", "same_account"),
        (ONE.replace("mydata", "my-data"), "storage[1].account", "bad_account"),
        (ONE.replace("mydata", "mydata.blob.core.windows.net"), "storage[1].account", "bad_account"),
        (ONE + 'key = "k"\n', "storage[1].key", "unknown_key"),
        (ONE + 'endpoint = "http://example.com"\n', "storage[1].endpoint", "not_https"),
        ("[[storage]]\n", "storage[1].account", "missing"),
    ],
)
def test_mistakes(given: Loader, text: str, place: str, code: str) -> None:
    assert {one for _, one in found(given, SOUND + text)} == {code}
    assert {where for where, _ in found(given, SOUND + text)} == {f"tunesmith.toml: {place}"}
