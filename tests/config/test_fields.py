"""Single values: what is taken and what is refused."""

from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from bot.commands.config_text import trouble
from bot.config.fields import AppName, CommandName, Endpoint, HostPattern, is_loopback
from bot.config.hosts import host_allowed
from bot.config.mounts import filesystem_of, network_filesystem
from tests.config.sample import SECRETS, SOUND, Loader, found, problems


@pytest.mark.parametrize("name", ["/finetune", "/ft", "/fine-tune_2", "/" + "a" * 31])
def test_command_names(name: str) -> None:
    assert TypeAdapter(CommandName).validate_python(name) == name


@pytest.mark.parametrize("name", ["finetune", "/Fine", "/", "/a b", "/" + "a" * 32, "/finetune\n"])
def test_command_names_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(CommandName).validate_python(name)


@pytest.mark.parametrize(
    ("name", "fine"), [("T", True), ("Tune smith", True), ("x" * 35, True), ("x" * 36, False), (" T", False)]
)
def test_app_names_fit_the_manifest(name: str, fine: bool) -> None:
    adapter: TypeAdapter[str] = TypeAdapter(AppName)
    if fine:
        assert adapter.validate_python(name) == name
    else:
        with pytest.raises(ValidationError):
            adapter.validate_python(name)


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://r.openai.azure.com", True),
        ("http://127.0.0.1:8000/azure/r", True),
        ("http://localhost:8000", True),
        ("http://[::1]:8000", True),
        ("http://r.openai.azure.com", False),
        ("http://localhost.example.com", False),
        ("https://user:pw@r.openai.azure.com", False),
        ("https://r.openai.azure.com?api-version=1", False),
        ("https://r.openai.azure.com/openai", False),
        ("r.openai.azure.com", False),
        ("ftp://r.openai.azure.com", False),
        ("https://r:port", False),
        ("https://[bad", False),
    ],
)
def test_endpoints(url: str, fine: bool) -> None:
    adapter: TypeAdapter[str] = TypeAdapter(Endpoint)
    if fine:
        assert adapter.validate_python(url + "/") == url
    else:
        with pytest.raises(ValidationError):
            adapter.validate_python(url)


@hypothesis.given(st.text(max_size=40))
def test_any_text_as_an_endpoint_is_taken_or_refused(text: str) -> None:
    """Nothing but a refusal of ours comes out, and what is taken is https or this machine."""
    try:
        taken = TypeAdapter(Endpoint).validate_python(text)
    except ValidationError:
        return
    assert taken.startswith("https://") or is_loopback(taken.split("/")[2].rsplit(":", 1)[0])


@pytest.mark.parametrize(
    ("url", "hosts", "allowed"),
    [
        ("https://files.slack.com/x", ["files.slack.com"], True),
        ("https://FILES.slack.com/x", ["files.slack.com"], True),
        ("http://files.slack.com/x", ["files.slack.com"], False),
        ("https://files.slack.com:8443/x", ["files.slack.com"], False),
        ("https://files.slack.com.evil.example/x", ["files.slack.com"], False),
        ("https://files.slack.com@evil.example/x", ["files.slack.com"], False),
        ("https://evil.example/files.slack.com", ["files.slack.com"], False),
        ("https://acme.slack.com/x", ["*.slack.com"], True),
        ("https://slack.com/x", ["*.slack.com"], False),
        ("https://evilslack.com/x", ["*.slack.com"], False),
        ("http://127.0.0.1:8000/x", ["127.0.0.1:8000"], True),
        ("http://127.0.0.1:8001/x", ["127.0.0.1:8000"], False),
        ("http://[::1]:8000/x", ["[::1]:8000"], True),
        ("https://x:port/", ["x"], False),
        ("files.slack.com", ["files.slack.com"], False),
    ],
)
def test_where_a_token_may_go(url: str, hosts: list[str], allowed: bool) -> None:
    for host in hosts:
        TypeAdapter(HostPattern).validate_python(host)
    assert host_allowed(url, hosts) is allowed


@pytest.mark.parametrize(
    "host", ["https://files.slack.com", "*", "a b", "files.slack.com/x", "*.*.com", "", "-a.com"]
)
def test_hosts_refused(host: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(HostPattern).validate_python(host)


MOUNTS = r"""
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:40 / /mnt/team rw,relatime shared:1 - nfs4 server:/team rw
41 40 0:41 / /mnt/team/local rw,relatime - xfs /dev/vdb rw
42 27 0:42 / /mnt/with\040space rw,relatime - cifs //server/share rw
43 27 0:43 / /srv rw,relatime - ext4 /dev/vdc rw
44 27 0:44 / /srv rw,relatime - fuse.sshfs user@host: rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/t.db", "ext4"),
        ("/mnt/team/t.db", "nfs4"),
        ("/mnt/teamwork/t.db", "ext4"),
        ("/mnt/team/local/t.db", "xfs"),
        ("/mnt/with space/t.db", "cifs"),
        ("/srv/t.db", "fuse.sshfs"),
    ],
)
def test_the_innermost_and_latest_mount_counts(path: str, kind: str) -> None:
    assert filesystem_of(Path(path), MOUNTS) == kind
    assert (network_filesystem(Path(path), MOUNTS) is not None) == (kind in {"nfs4", "cifs", "fuse.sshfs"})


def test_links_are_followed_to_where_the_database_really_is(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/mnt/team")
    assert filesystem_of(tmp_path / "link" / "t.db", MOUNTS) == "nfs4"


def test_a_store_on_a_network_file_system_is_refused(given: Loader) -> None:
    text = SOUND + '[store]\npath = "/mnt/team/t.db"\n'
    (only,) = problems(given, text, SECRETS, MOUNTS)
    assert (only.code, only.params["kind"]) == ("network_file_system", "nfs4")


@pytest.mark.parametrize(
    ("extra", "place", "code"),
    [
        ("[network]\nca_bundle = '/nope.pem'", "network.ca_bundle", "no_such_file"),
        ("[network]\nproxy = 'socks5://h:1'", "network.proxy", "bad_proxy"),
        ("[store]\nurl = 'mysql://h/db'", "store.url", "bad_store_url"),
        ("[limits]\npending_alert_hours = 0", "limits.pending_alert_hours", "out_of_range"),
        ("[files]\nretention_hours = -1", "files.retention_hours", "out_of_range"),
        ("log = 1", "log", "wrong_type"),
    ],
)
def test_values_refused(given: Loader, extra: str, place: str, code: str) -> None:
    assert found(given, extra + "\n" + SOUND) == {(f"tunesmith.toml: {place}", code)}


@pytest.mark.parametrize(("one", "two"), [("prod-swc", "prod-swc"), ("prod_swc", "prod-swc")])
def test_two_connections_whose_variables_would_be_the_same(given: Loader, one: str, two: str) -> None:
    entry = '[[connections]]\nname = "{}"\nendpoint = "https://a.example"\nkey = "k"\n'
    text = '[slack]\nhome_team = "T0HOME"\nchannel = "C0F"\n' + entry.format(one) + entry.format(two)
    env = {name: value for name, value in SECRETS.items() if "SLACK" in name}
    assert found(given, text, env) == {("tunesmith.toml: connections", "same_name")}


def test_connections_given_as_one_table(given: Loader) -> None:
    text = '[slack]\nhome_team = "T0HOME"\nchannel = "C0F"\n[connections]\nname = "a"\n'
    env = {name: value for name, value in SECRETS.items() if "SLACK" in name}
    assert found(given, text, env) == {("tunesmith.toml: connections", "wrong_type")}


def test_an_unknown_group_of_operations(given: Loader) -> None:
    text = SOUND + 'api_versions = { jobs = "2025-04-01-preview", fils = "2024-10-21" }\n'
    assert found(given, text) == {("tunesmith.toml: connections.prod-swc.api_versions.fils", "not_one_of")}


@pytest.mark.parametrize(
    ("value", "shown", "expected"),
    [
        (
            "https://prod-swc.openai.azure.com/openai/deployments/x?api-version=1&sig=SECRET",
            "https://prod-swc.openai.azure.com/openai/deployments/x",
            "https://prod-swc.openai.azure.com",
        ),
        (
            "https://prod-swc.openai.azure.com/#SECRET",
            "https://prod-swc.openai.azure.com",
            "https://prod-swc.openai.azure.com",
        ),
        ("https://host:8443/base?SECRET", "https://host:8443/base", "https://host:8443/base"),
    ],
)
def test_an_address_with_a_query_is_offered_without_it(
    given: Loader, value: str, shown: str, expected: str
) -> None:
    (only,) = problems(given, SOUND.replace("https://res.openai.azure.com/", value))
    assert (only.code, only.params) == ("address_with_more", {"value": shown, "expected": expected})
    words = trouble(only)
    assert "SECRET" not in str(only) + words.what + words.remedy
    assert f"Give {expected};" in words.remedy
    given(SOUND.replace("https://res.openai.azure.com/", expected))
