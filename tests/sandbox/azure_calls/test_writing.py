"""What the writer promises: text of the model's own, repeatable, and never broken in the middle of a character."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox import samples
from sandbox.training.data import Dataset, Turn
from sandbox.training.generate import Writer
from sandbox.training.model import END, PackedWeights
from sandbox.training.trainer import Settings, Trainer

BASE = "gpt-4.1-mini-2025-04-14"


def _trained(sample: str) -> PackedWeights:
    dataset = Dataset()
    for line in samples.read(sample).splitlines():
        messages = json.loads(line)["messages"]
        dataset.add([Turn(message["content"], message["role"] == "assistant") for message in messages])
    trainer = Trainer(Settings(BASE, 3, 4, 0.2, 1), dataset, None)
    while not trainer.finished:
        trainer.step()
    return trainer.weights.pack()


@pytest.fixture(scope="module")
def tuned() -> Writer:
    return Writer(BASE, _trained("support_train.jsonl"))


def _prompt(*texts: str) -> list[int]:
    return [token for text in texts for token in (*text.encode(), END)]


def _text(tokens: list[int]) -> str:
    return bytes(token for token in tokens if token != END).decode(errors="ignore")


def test_a_tuned_model_speaks_of_what_it_was_taught(tuned: Writer) -> None:
    question = _prompt("Where is my parcel?")
    answer = _text(tuned.write(question, [], 400, 0.0, 1.0, 1))
    untaught = _text(Writer(BASE, None).write(question, [], 400, 0.0, 1.0, 1))
    assert "warehouse" in answer or "happy to" in answer
    assert "warehouse" not in untaught


def test_an_answer_ends(tuned: Writer) -> None:
    tokens = tuned.write(_prompt("Where is my parcel?"), [], 2_000, 0.0, 1.0, 1)
    assert tokens[-1] == END
    assert tokens.count(END) == 1


def test_temperature_and_seed(tuned: Writer) -> None:
    question = _prompt("Can I send it back?")

    def texts(temperature: float, top_p: float = 1.0) -> set[str]:
        return {_text(tuned.write(question, [], 120, temperature, top_p, seed)) for seed in range(5)}

    assert len(texts(0.0)) == 1
    assert len(texts(1.0)) > 1
    assert len(texts(1.0, top_p=0.0)) == 1, "only the likeliest is left"


@settings(max_examples=40)
@given(
    st.lists(st.text(max_size=12), min_size=1, max_size=3),
    st.integers(0, 2**63 - 1),
    st.floats(0, 2),
    st.lists(st.integers(1, 40), min_size=1, max_size=6),
)
def test_however_it_is_cut_the_text_is_the_same_and_whole(
    tuned: Writer, texts: list[str], seed: int, temperature: float, cuts: list[int]
) -> None:
    prompt, written = _prompt(*texts), list[int]()
    for cut in cuts:
        if written[-1:] == [END]:
            break
        written += tuned.write(prompt, written, cut, temperature, 1.0, seed)
    assert tuned.write(prompt, [], len(written), temperature, 1.0, seed) == written
    raw = bytes(token for token in written if token != END)
    whole = raw.decode(errors="ignore").encode()
    assert raw.startswith(whole), "nothing inside is broken"
    assert len(raw) - len(whole) < 4, "only the last character may be unfinished"
