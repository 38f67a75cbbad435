"""Secrets do not survive the redaction, whatever stands around them."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.redact import MASK, redact, shown

KEY_CHARACTERS = st.characters(codec="ascii", categories=["Ll", "Lu", "Nd"])
SECRET = st.text(KEY_CHARACTERS, min_size=16, max_size=90)
AROUND = st.text(st.characters(codec="utf-8"), max_size=60)


def jwt(payload: str) -> str:
    parts = [json.dumps({"alg": "RS256", "typ": "JWT"}), json.dumps({"sub": payload}), payload]
    return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)


SHAPES = [
    "Bearer {}",
    "authorization: Bearer {}",
    "Authorization: Basic {}",
    "api-key: {}",
    '"api-key": "{}"',
    "api_key={}",
    "Ocp-Apim-Subscription-Key: {}",
    "https://x.blob.core.windows.net/c/f.jsonl?sv=2024-01-01&sig={}&se=2026-01-01",
    "AccountName=x;AccountKey={};EndpointSuffix=core.windows.net",
    "client_secret={}&grant_type=client_credentials",
    "'password': '{}'",
    "https://user:{}@proxy.example:3128/",
    "xoxb-{}",
    "xoxe.xoxp-1-{}",
    "xapp-1-{}",
    "access_token={}",
]


@pytest.mark.parametrize("shape", SHAPES)
@given(secret=SECRET, before=AROUND, after=AROUND)
def test_secrets_go_by_their_shape(shape: str, secret: str, before: str, after: str) -> None:
    text = f"{before} {shape.format(secret)} {after}"
    assert secret not in redact(text).replace(before, "").replace(after, "")


@given(secret=SECRET, before=AROUND, after=AROUND)
def test_known_secrets_go_wherever_they_stand(secret: str, before: str, after: str) -> None:
    assert secret not in redact(f"{before}{secret}{after}", [secret]).replace(MASK, "")


@given(secret=SECRET)
def test_json_web_tokens_go(secret: str) -> None:
    token = jwt(secret)
    assert redact(f"token {token} refused") == f"token {MASK} refused"


@given(text=st.text(max_size=300))
def test_redacting_twice_is_redacting_once(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@given(secret=SECRET, cut=st.integers(1, 80))
def test_a_cut_never_leaves_half_a_secret(secret: str, cut: int) -> None:
    seen = shown(f"api-key={secret} refused", limit=cut)
    assert len(seen) <= cut
    assert secret[:8] not in seen


@pytest.mark.parametrize(
    "text",
    [
        "The file 'file-181a1cbdcdcf4677ada87f63a0928099' was not found.",
        "gpt-4.1-mini-2025-04-14.ft-b044a9d3cf9c4228b5d393567f693b83:ckpt-step-90",
        "Training tokens billed: 5000. A basic evaluation of the token counts passed.",
        "Access denied due to invalid subscription key or wrong API endpoint.",
        "Invalid client secret provided. Ensure the secret being sent is the secret value.",
        "https://aoairesource.openai.azure.com/openai/files?api-version=2024-10-21",
        "{'operation': 'jobs.create', 'model': 'gpt-4o', 'mail': 'a:b@c'}",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_long_texts_take_linear_time() -> None:
    for hostile in ("api-key" * 20_000, "Bearer " * 20_000, "eyJ" * 50_000, "xoxb-" * 30_000, ":" * 200_000):
        redact(hostile)
