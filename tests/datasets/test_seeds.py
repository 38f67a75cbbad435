"""The examples of the source documents are accepted as they stand there."""

from collections.abc import Iterator

import pytest

from bot.datasets.services import options
from tests.datasets.files import checked, found
from tests.datasets.smallest.sound import sound_lines
from tests.specs import specs_root

CHAT = '{"messages": ['
STUDIO = ("000_", "003_", "004_")
"""Documents about Llama and Phi in Azure AI Studio; the others are about Azure OpenAI."""


def _documents() -> Iterator[tuple[str, list[bytes]]]:
    for path in sorted((specs_root().parent / "seeds").glob("*.txt")):
        lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
        examples = [
            line.encode() for line in dict.fromkeys(lines) if line.startswith(CHAT) and line.endswith("]}")
        ]
        if examples:
            yield path.name, examples


def _file(examples: list[bytes]) -> bytes:
    return b"\n".join([*examples, *sound_lines(20, "chat")])


@pytest.mark.specs
def test_every_example_of_the_documents_is_sound_where_it_is_meant_for() -> None:
    documents = list(_documents())
    assert sum(len(examples) for _, examples in documents) >= 12
    for name, examples in documents:
        service = "azure_ai_studio" if name.startswith(STUDIO) else "azure_openai"
        report = checked(_file(examples), options(service))
        assert report.examples == len(examples) + 20
        assert report.counts["error"] == report.counts["warning"] == 0, (name, found(report))


@pytest.mark.specs
def test_every_example_is_sound_for_azure_openai_and_its_chat_models() -> None:
    examples = list(dict.fromkeys(line for _, lines in _documents() for line in lines))
    for model in ("", "gpt-4o-mini-2024-07-18", "gpt-4.1-2025-04-14", "gpt-35-turbo-0125"):
        report = checked(_file(examples), options("azure_openai", model))
        assert report.counts["error"] == report.counts["warning"] == 0, (model, found(report))


@pytest.mark.specs
def test_examples_without_weights_fit_databricks_and_those_with_weights_are_told() -> None:
    examples = list(dict.fromkeys(line for _, lines in _documents() for line in lines))
    plain = [line for line in examples if b'"weight"' not in line]
    weighted = [line for line in examples if b'"weight"' in line]
    assert plain
    assert weighted
    report = checked(_file(plain), options("databricks", "meta-llama/Meta-Llama-3.1-8B-Instruct"))
    assert report.counts["error"] == report.counts["warning"] == 0, found(report)
    assert not checked(_file(weighted), options("databricks")).ok
