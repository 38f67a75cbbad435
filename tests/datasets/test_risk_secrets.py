"""Secrets are recognised by their form, and never shown."""

import pytest

from tests.datasets.risk_samples import SECRETS, Sample, letters
from tests.datasets.risk_tools import in_text, noted

IDS = [f"{sample.kind}-{number}" for number, sample in enumerate(SECRETS)]


@pytest.mark.parametrize("sample", SECRETS, ids=IDS)
def test_each_form_is_recognised_in_a_sentence(sample: Sample) -> None:
    expected = [(sample.rule, sample.kind)]
    assert in_text(sample.text) == expected
    assert in_text(f"Use this one: {sample.text}\nand say nobody.") == expected


@pytest.mark.parametrize("sample", SECRETS, ids=IDS)
def test_nothing_is_told_from_which_it_could_be_used(sample: Sample) -> None:
    ((_, _, params),) = noted({"prompt": sample.text})
    for value in params.values():
        assert isinstance(value, int) or value == sample.kind or len(value) <= 4
    if "head" in params:
        assert str(params["head"]) in sample.text
        assert 16 <= int(params["length"]) <= len(sample.text)


def test_passwords_have_no_head() -> None:
    ((rule, path, params),) = noted({"text": "see mysql://app:hunter2222@db.firm.de/x"})
    assert (rule, path, params) == ("secret_password", "text", {"kind": "url"})


@pytest.mark.parametrize(
    "text",
    [
        "AKIA" + "IOSFODNN7EXAMPLE",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "ghp_" + "x" * 36,
        "sk-" + "your0key0here" * 3,
        "sk-" + "0" * 48,
        "api_key: " + "0123456789abcdef" * 2,
        "eyJ" + letters(20) + ".eyJ" + letters(40) + ".SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\n" + letters(64),
        "postgres://user:password@host:5432/db",
        "https://user:pa55w0rd@example.com/",
        "redis://:<your password>@cache.firm.de",
        "mysql://root:${DB_PASS}@db.firm.de",
        "http://localhost:8080/@me",
        "https://firm.de/a:b/c@d",
        "Server=x;Password=********;",
        "Server=x;Password={your_password};",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "md5 d41d8cd98f00b204e9800998ecf8427e",
        "the task-" + letters(40) + " is done",
        "sk-circle-fade-in-out-with-a-very-long-name",
        "hf_" + "a" * 34,
        "550e8400-e29b-41d4-a716-446655440000",
    ],
)
def test_documentation_and_hashes_are_no_secrets(text: str) -> None:
    assert in_text(text) == []


def test_of_one_text_each_kind_is_named_once_and_all_places_are_looked_at() -> None:
    key, other = f"glpat-{letters(20)}", f"npm_{letters(36)}"
    line: dict[str, object] = {
        "messages": [
            {"role": "user", "content": f"{key} {key} {other}"},
            {"role": "assistant", "content": [{"type": "text", "text": key}]},
            {
                "role": "assistant",
                "tool_calls": [{"function": {"name": "f", "arguments": f'{{"t": "{other}"}}'}}],
            },
        ]
    }
    assert [(path, params["kind"]) for _, path, params in noted(line)] == [
        ("messages[0].content", "gitlab"),
        ("messages[0].content", "npm"),
        ("messages[1].content[0].text", "gitlab"),
        ("messages[2].tool_calls[0].function.arguments", "npm"),
    ]


def test_inline_images_are_not_read() -> None:
    assert in_text(f"data:image/png;base64,iVBOR/{'AKIA' + letters(16, 'ABCDEFGHIJ')}/") == []
