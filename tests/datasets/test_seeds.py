"""The examples of the source documents are accepted as they stand there."""

from pathlib import Path

import pytest

from tests.datasets.files import checked, jsonl
from tests.specs import specs_root

CHAT = '{"messages": ['


def _examples(folder: Path) -> list[bytes]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))]
    lines = [line.strip() for text in texts for line in text.splitlines()]
    return [line.encode() for line in dict.fromkeys(lines) if line.startswith(CHAT) and line.endswith("]}")]


@pytest.mark.specs
def test_every_example_of_the_documents_is_sound() -> None:
    examples = _examples(specs_root().parent / "seeds")
    assert len(examples) >= 6
    assert checked(jsonl(*examples)).findings == ()
