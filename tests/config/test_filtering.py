"""Which connections a word names: one by its name before a service, and nothing by half a word."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.load import load
from bot.config.settings import Settings
from bot.filtering import filter_in, named
from sandbox.config_out import bot_config


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two resources of Azure OpenAI, two projects, one workspace."""
    folder: Path = tmp_path_factory.mktemp("filtering")
    path = folder / "tunesmith.toml"
    path.write_text(bot_config("http://127.0.0.1:9", folder), encoding="utf-8")
    return load(path, {})


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("dbx-eus", {"dbx-eus"}),
        ("DBX-EUS", {"dbx-eus"}),
        ("databricks", {"dbx-eus"}),
        ("Databricks", {"dbx-eus"}),
        ("azure_openai", {"prod-swc", "dev-eus2"}),
        ("Azure OpenAI", {"prod-swc", "dev-eus2"}),
        ("azure-ai-studio", {"llama-wus3", "phi-eus2"}),
        ("Azure AI", {"llama-wus3", "phi-eus2"}),
        ("azure", {"prod-swc", "dev-eus2", "llama-wus3", "phi-eus2"}),
        ("azure a", set()),
        ("openai", set()),
        ("dbx", set()),
        ("", set()),
        ("-", set()),
    ],
)
def test_what_a_word_names(settings: Settings, word: str, names: set[str]) -> None:
    assert named(settings, word) == names


def test_a_connection_is_meant_before_a_service_of_the_same_name(settings: Settings) -> None:
    first, *others = settings.connections
    renamed = first.model_copy(update={"name": "databricks"})
    changed = settings.model_copy(update={"connections": (renamed, *others)})
    assert named(changed, "databricks") == {"databricks"}


def test_the_first_word_that_names_something_counts(settings: Settings) -> None:
    assert filter_in(settings, ["mine", "Databricks", "prod-swc"]) == "Databricks"
    assert filter_in(settings, ["mine", "all"]) == ""


@given(word=st.text(max_size=40))
def test_whatever_is_typed_names_connections_that_are_there(settings: Settings, word: str) -> None:
    assert named(settings, word) <= {one.name for one in settings.connections}
