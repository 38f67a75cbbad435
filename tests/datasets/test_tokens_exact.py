"""Exact counts: the same as tiktoken's, whatever stands in a text."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import corpus
from bot.datasets.study.counters import ESTIMATE, counter_for
from bot.datasets.study.encodings import CL100K, HARMONY, O200K, encoding_of
from sandbox import samples

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|fim_prefix|>", "<|endofprompt|>", "<|start|>")
ENCODINGS = (O200K, CL100K)
RANKS_AT = "https://openaipublic.blob.core.windows.net/encodings"
HOSTILE = (
    "",
    " " * 5000,
    "\n" * 5000,
    "a" * 20_000,
    "あ" * 5000,
    "!" * 5000,
    "\x00\ufeff\u202e",
    "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿" * 50,
    "e\u0301" * 500,
)


@pytest.fixture(scope="module", autouse=True)
def ranks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tiktoken finds its ranks in its cache, out of a package: it would download them, and knows their hash."""
    folder = tmp_path_factory.mktemp("ranks")
    # not imported: it does what Python has deprecated
    package = find_spec("bpe_openai")
    assert package is not None
    assert package.origin is not None
    for name in ENCODINGS:
        packed = (Path(package.origin).parent / "data" / f"{name}.tiktoken.gz").read_bytes()
        key = hashlib.sha1(f"{RANKS_AT}/{name}.tiktoken".encode(), usedforsecurity=False).hexdigest()
        (folder / key).write_bytes(gzip.decompress(packed))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TIKTOKEN_CACHE_DIR", str(folder))
        yield


def counted(name: str, texts: list[str]) -> list[int]:
    return list(counter_for(name).count(texts))


def expected(name: str, texts: list[str]) -> list[int]:
    return [len(tiktoken.get_encoding(name).encode_ordinary(text)) for text in texts]


SCRIPTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)
PIECES = st.one_of(SCRIPTS, st.sampled_from([*SPECIAL, " ", "\n\n", "'ll", "don't", "１２３4567", "返金"]))


@pytest.mark.parametrize("name", ENCODINGS)
@settings(max_examples=150, deadline=None)
@given(texts=st.lists(st.lists(PIECES, max_size=6).map("".join), min_size=1, max_size=20))
def test_any_texts_count_as_with_tiktoken(name: str, texts: list[str]) -> None:
    assert counted(name, texts) == expected(name, texts)


@pytest.mark.parametrize("name", ENCODINGS)
@pytest.mark.parametrize("sample", ["support_train.jsonl", "japanese_train.jsonl", "harmful.jsonl"])
def test_the_samples_count_as_with_tiktoken(name: str, sample: str) -> None:
    examples = [json.loads(line) for line in samples.read(sample).splitlines()]
    texts = [message["content"] for example in examples for message in example["messages"]]
    assert counted(name, texts) == expected(name, texts)


@pytest.mark.parametrize("name", ENCODINGS)
def test_six_languages_with_escapes_count_as_with_tiktoken(name: str, tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    corpus.write(path, 300_000, mark=False)
    examples = [json.loads(line) for line in path.read_bytes().splitlines()]
    texts = [message.get("content") or "" for one in examples for message in one["messages"]]
    assert counted(name, texts) == expected(name, texts)


@pytest.mark.parametrize("name", ENCODINGS)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_count_as_with_tiktoken(name: str, text: str) -> None:
    assert counted(name, [text]) == expected(name, [text])


@pytest.mark.parametrize("name", [*ENCODINGS, HARMONY])
@pytest.mark.parametrize("special", SPECIAL)
def test_what_looks_like_a_special_token_counts_as_the_text_it_is(name: str, special: str) -> None:
    alone, within = counted(name, [special, f"Write {special} at the end."])
    assert alone > 1
    assert within > alone


def test_harmony_reads_texts_as_o200k_does() -> None:
    texts = ["Where is my parcel?", "返金してください", *HOSTILE]
    assert counted(HARMONY, texts) == counted(O200K, texts)


@pytest.mark.parametrize(
    ("service", "model", "encoding"),
    [
        ("azure_openai", "", O200K),
        ("azure_openai", "gpt-4o-mini-2024-07-18", O200K),
        ("azure_openai", "GPT-4.1-nano-2025-04-14", O200K),
        ("azure_openai", "gpt-4.1-2025-04-14.ft-b044a9d3cf9c4228b5d393567f693b83", O200K),
        ("azure_openai", "o4-mini-2025-04-16", O200K),
        ("azure_openai", "gpt-5", O200K),
        ("azure_openai", "gpt-35-turbo-0125", CL100K),
        ("azure_openai", "gpt-3.5-turbo-1106", CL100K),
        ("azure_openai", "gpt-4-0613", CL100K),
        ("azure_openai", "babbage-002", CL100K),
        ("azure_openai", "gpt-oss-20b-11", HARMONY),
        ("azure_openai", "Llama-3.3-70B-Instruct", ""),
        ("azure_openai", "Ministral-3B-2411", ""),
        ("azure_openai", "qwen-32b", ""),
        ("azure_ai_studio", "", ""),
        ("databricks", "meta-llama/Llama-3.2-3B", ""),
    ],
)
def test_each_model_reads_with_its_own_vocabulary(service: str, model: str, encoding: str) -> None:
    assert encoding_of(service, model) == encoding


def test_without_a_vocabulary_it_is_the_estimate() -> None:
    assert counter_for("") is ESTIMATE
    assert ESTIMATE.tokens(sum(ESTIMATE.count(["word", "é"]))) == 2
