"""What the small language model promises: it learns what the data and the settings say, and can be repeated."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox import samples
from sandbox.training.data import KEPT_EXAMPLES, Dataset, Turn, encode
from sandbox.training.model import (
    END,
    ORDERS,
    VOCABULARY,
    Weights,
    base_weights,
    contexts,
    log_softmax,
    logits,
)
from sandbox.training.trainer import Settings, Step, Trainer, score

MODEL = "gpt-4.1-mini-2025-04-14"


def _dataset(name: str) -> Dataset:
    dataset = Dataset()
    for line in samples.read(name).splitlines():
        messages: list[dict[str, Any]] = json.loads(line)["messages"]
        dataset.add([Turn(message["content"], message["role"] == "assistant") for message in messages])
    return dataset


def _run(
    name: str, valid: str | None = "support_valid.jsonl", model: str = MODEL, **fields: Any
) -> list[Step]:
    chosen = {"epochs": 3, "batch_size": 4, "learning_rate_multiplier": 0.1, "seed": 1, **fields}
    trainer = Trainer(Settings(model, **chosen), _dataset(name), _dataset(valid) if valid else None)
    steps = []
    while not trainer.finished:
        steps.append(trainer.step())
    return steps


def _full(steps: list[Step]) -> list[float]:
    return [step.full_valid.loss for step in steps if step.full_valid]


def _train(steps: list[Step], epoch: int) -> float:
    losses = [step.train.loss for step in steps if step.epoch == epoch]
    return sum(losses) / len(losses)


@pytest.mark.parametrize("model", [MODEL, "gpt-4.1-nano-2025-04-14", "gpt-4.1-2025-04-14"])
def test_with_sensible_settings_both_losses_fall(model: str) -> None:
    for multiplier in (0.02, 0.1, 0.2):
        steps = _run("support_train.jsonl", model=model, learning_rate_multiplier=multiplier)
        full = _full(steps)
        assert full == sorted(full, reverse=True)
        assert _train(steps, 3) < _train(steps, 1) < steps[0].train.loss


def test_japanese_is_learnt_too() -> None:
    steps = _run("japanese_train.jsonl", valid=None)
    assert _train(steps, 3) < 0.6 * _train(steps, 1)


def test_a_tiny_file_is_learnt_by_heart() -> None:
    steps = _run("tiny_overfit_train.jsonl", epochs=25, batch_size=1, learning_rate_multiplier=0.2)
    full = _full(steps)
    assert _train(steps, 25) < 0.25 < 4 * _train(steps, 25) < full[-1]
    assert full[-1] > 1.1 * min(full), "the validation loss turns up again"
    assert 2 < full.index(min(full)) < 20


def test_too_high_a_rate_does_harm() -> None:
    fair = _full(_run("tiny_overfit_train.jsonl", epochs=5, batch_size=1, learning_rate_multiplier=0.1))
    wild = _full(_run("tiny_overfit_train.jsonl", epochs=5, batch_size=1, learning_rate_multiplier=8))
    assert wild[-1] > 1.3 * fair[-1]


def test_larger_batches_make_fewer_steps_that_learn_less() -> None:
    small, large = (_run("support_train.jsonl", batch_size=size) for size in (2, 32))
    assert (len(small), len(large)) == (180, 12)
    assert _full(large)[-1] > _full(small)[-1]


def test_the_same_settings_give_the_same_steps_and_another_seed_others() -> None:
    one, same, other = (_run("too_few.jsonl", seed=seed, batch_size=2) for seed in (5, 5, 6))
    assert one == same
    assert one != other


def test_base_models_are_always_the_same_and_differ_from_each_other() -> None:
    one, same, other = (base_weights(model) for model in (MODEL, MODEL, "gpt-4o-2024-08-06"))
    assert np.array_equal(one.embedding, same.embedding)
    assert np.array_equal(one.output, same.output)
    assert not np.array_equal(one.embedding, other.embedding)
    valid = _dataset("support_valid.jsonl")
    for weights in (one, other):
        assert 2.0 < score(weights, valid).loss < 4.5, "better than guessing (5.5), far from trained"


def test_packing_loses_next_to_nothing() -> None:
    weights, valid = base_weights(MODEL), _dataset("too_few.jsonl")
    assert score(weights.pack().unpack(), valid).loss == pytest.approx(score(weights, valid).loss, rel=0.01)


@given(
    examples=st.integers(1, 10**7),
    batch=st.integers(-1, 256).filter(bool),
    epochs=st.integers(-1, 50).filter(bool),
)
def test_what_is_left_to_the_service_is_decided_by_its_rule(examples: int, batch: int, epochs: int) -> None:
    resolved = Settings(MODEL, epochs, batch, 0.1, 1).resolve(examples)
    assert resolved.batch_size == (batch if batch > 0 else min(256, max(1, round(examples * 0.002))))
    assert resolved.epochs == epochs if epochs > 0 else resolved.epochs in (2, 3)


def test_steps_carry_what_the_results_need() -> None:
    steps = _run("support_train.jsonl", batch_size=10)
    assert [step.number for step in steps] == list(range(1, 37))
    assert [step.number for step in steps if step.ends_epoch] == [12, 24, 36]
    assert all((step.full_valid is not None) == step.ends_epoch for step in steps)
    assert steps[0].valid is not None
    for step in steps:
        for found in (step.train, step.valid, step.full_valid):
            assert found is None or (found.loss > 0 and 0 <= found.accuracy <= 1)
    assert all(step.valid is step.full_valid is None for step in _run("too_few.jsonl", valid=None))


def test_nothing_to_learn_and_nothing_left_are_errors() -> None:
    silent = Dataset()
    silent.add([Turn("hello", learnt=False)])
    with pytest.raises(ValueError, match="nothing_to_learn"):
        Trainer(Settings(MODEL, 1, 1, 0.1, 1), silent, None)
    trainer = Trainer(Settings(MODEL, 1, 9, 0.1, 1), _dataset("too_few.jsonl"), None)
    trainer.step()
    with pytest.raises(ValueError, match="finished"):
        trainer.step()


Tokens = st.lists(st.integers(0, END), min_size=1, max_size=40)


@given(tokens=Tokens, change=st.integers(0, 39))
def test_a_prediction_depends_only_on_what_stands_before_it(tokens: list[int], change: int) -> None:
    changed = list(tokens)
    at = change % len(tokens)
    changed[at] = (changed[at] + 1) % VOCABULARY
    one, other = (contexts(np.array(these, dtype=np.int64)) for these in (tokens, changed))
    assert np.array_equal(one[: at + 1], other[: at + 1])
    beyond = at + 1 + max(ORDERS)
    assert np.array_equal(one[beyond:], other[beyond:])
    if at + 1 < len(tokens):
        assert one[at + 1, 0] != other[at + 1, 0]


@pytest.fixture(scope="module")
def known() -> Weights:
    return base_weights(MODEL)


@given(tokens=Tokens)
def test_predictions_are_probabilities(known: Weights, tokens: list[int]) -> None:
    _, scores = logits(known, contexts(np.array(tokens, dtype=np.int64)))
    assert np.allclose(np.exp(log_softmax(scores)).sum(axis=1), 1, atol=1e-4)


@given(texts=st.lists(st.tuples(st.text(max_size=40), st.booleans()), max_size=5))
def test_exactly_the_learnt_bytes_are_targets(texts: list[tuple[str, bool]]) -> None:
    example = encode([Turn(text, learnt) for text, learnt in texts])
    expected = sum(len(text.encode(errors="replace")) + 1 for text, learnt in texts if learnt)
    assert (len(example.targets) if example else 0) == expected


@settings(max_examples=5)
@given(count=st.integers(KEPT_EXAMPLES - 2, 3 * KEPT_EXAMPLES))
def test_of_a_large_file_an_even_part_is_kept(count: int) -> None:
    dataset = Dataset()
    for _ in range(count):
        dataset.add([Turn("x", learnt=True)])
    assert dataset.count == count
    assert min(count, KEPT_EXAMPLES // 2) <= len(dataset) <= KEPT_EXAMPLES
