"""Plain text out of JSON Lines."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.databricks.provider import DatabricksProvider
from providers.databricks.texts import Texts, as_text
from providers.errors import Refused
from tests.providers.databricks.conftest import ended, sent, spec
from tests.providers.helpers import Bytes

TEXT = st.text(st.characters(codec="utf-8"))


async def read(source: Bytes | Texts, offset: int = 0) -> bytes:
    return b"".join([piece async for piece in source.chunks(offset)])


@given(st.lists(TEXT, min_size=1, max_size=5), st.integers(4, 9), st.booleans(), st.integers(0, 30))
def test_texts_of_any_lines_in_any_pieces(texts: list[str], piece: int, mark: bool, offset: int) -> None:
    lines = "\n".join(json.dumps({"text": text}) for text in texts).encode()
    wanted = "".join(text + "\n" for text in texts).encode()

    async def check() -> None:
        source = await as_text(Bytes((b"\xef\xbb\xbf" if mark else b"") + lines, piece))
        assert isinstance(source, Texts)
        assert source.size == len(wanted)
        assert await read(source) == wanted
        assert await read(source, offset) == wanted[offset:]

    asyncio.run(check())


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"Plain text.\n", b'{"prompt": "x"}\n', b'{"text": 1}\n', b"[1]"]
)
async def test_anything_else_is_sent_as_it_is(data: bytes) -> None:
    source = Bytes(data)
    assert await as_text(source) is source


async def test_a_line_that_is_none_is_refused() -> None:
    with pytest.raises(Refused) as told:
        await as_text(Bytes(b'{"text": "a"}\n{"other": "b"}\n'))
    assert told.value.code == "data_invalid"


async def test_pretraining_takes_json_lines_that_are_called_txt(provider: DatabricksProvider) -> None:
    began = datetime.now(UTC)
    data = "".join(
        json.dumps({"text": f"Lamp {n} stands in aisle {n % 7}."}) + "\n" for n in range(4000)
    ).encode()
    file = await sent(provider, data, "D3-manual-0a1b2c3d.txt")
    assert (await sent(provider, data, "D3-manual-0a1b2c3d.txt")).bytes == file.bytes
    assert file.bytes is not None
    assert file.bytes < len(data)
    assert await provider.find_file(file.name, len(data), began) is not None
    made = await provider.submit(
        spec(file.id, method="pretraining", hyper={"training_duration": "4ba", "context_length": 128})
    )
    assert (await ended(provider, made)).state == "succeeded"
