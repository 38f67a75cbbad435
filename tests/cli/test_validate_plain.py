"""`tunesmith validate` of plain text: trained on as it stands at Databricks, no JSON Lines elsewhere."""

import io
import json
import sys

import pytest

from tests.cli.validated import SOUND, Shown, written

TEXT = ("Dear colleague, this is how we answer.", "", "A lost parcel is looked for first.")


def test_a_text_is_sound_for_databricks_alone(shown: Shown) -> None:
    file = written("handbook.txt", *TEXT)
    code, out, _ = shown(file, "--service", "databricks")
    assert code == 0
    assert "text for databricks" in out
    assert "tokens (estimate)" in out
    for service in ("azure_openai", "azure_ai_studio"):
        code, out, _ = shown(file, "--service", service)
        assert code == 1
        assert "not JSON Lines" in out


def test_another_name_needs_a_word(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written("handbook.md", *TEXT)
    assert shown(file, "--service", "databricks")[0] == 1
    assert shown(file, "--service", "databricks", "--profile", "text")[0] == 0
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\n".join(TEXT).encode())))
    assert shown("-", "--service", "databricks", "--profile", "text")[0] == 0


def test_lines_of_json_stay_what_they_are(shown: Shown) -> None:
    file = written("chat.txt", *SOUND)
    code, out, _ = shown(file, "--service", "databricks", "--json")
    assert code == 0
    assert json.loads(out)["profile"] == "chat"
