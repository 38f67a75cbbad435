"""Proxy, exceptions from it and private authorities hold for Slack's clients too; the environment does not count."""

import ssl
from pathlib import Path

import pytest

from bot.config.load import load
from bot.config.settings import Settings
from handlers.slack.web import web_client
from sandbox.config_out import bot_config

PROXY = "http://proxy.example.test:3128"


def settings(folder: Path, network: str, api: str = "https://slack.com/api/") -> Settings:
    text = bot_config("http://127.0.0.1:1", folder).replace("http://127.0.0.1:1/slack/api/", api)
    path = folder / "tunesmith.toml"
    path.write_text(f"{text}\n[network]\n{network}\n", encoding="utf-8")
    return load(path, {})


def test_the_configured_proxy_is_used(tmp_path: Path) -> None:
    assert web_client(settings(tmp_path, f'proxy = "{PROXY}"')).proxy == PROXY


@pytest.mark.parametrize("exception", ["slack.com", ".com", "*"])
def test_hosts_without_proxy_are_reached_directly(tmp_path: Path, exception: str) -> None:
    made = web_client(settings(tmp_path, f'proxy = "{PROXY}"\nno_proxy = ["{exception}"]'))
    assert made.proxy is None


def test_the_environments_proxy_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://somebody-elses-proxy.example.test:1")
    made = web_client(settings(tmp_path, ""))
    assert made.proxy is None
    assert made.trust_env_in_session is False


def test_a_certificate_authority_of_the_company_replaces_the_built_in_ones(tmp_path: Path) -> None:
    import certifi

    bundle = tmp_path / "company.pem"
    one = Path(certifi.where()).read_text(encoding="utf-8").split("-----END CERTIFICATE-----")[0]
    bundle.write_text(f"{one}-----END CERTIFICATE-----\n", encoding="utf-8")
    context = web_client(settings(tmp_path, f'ca_bundle = "{bundle}"')).ssl
    assert isinstance(context, ssl.SSLContext)
    assert context.cert_store_stats()["x509_ca"] == 1
    assert context.verify_mode == ssl.CERT_REQUIRED


def test_nothing_is_sent_again_by_the_client_itself(tmp_path: Path) -> None:
    assert web_client(settings(tmp_path, "")).retry_handlers == []
