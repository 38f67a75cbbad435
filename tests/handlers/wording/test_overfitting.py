"""What is advised against overfitting names only what is there."""

from typing import Any

import pytest

from bot.facts.jobs import CheckpointFacts, JobFacts, Progress, ReadingFacts
from handlers.wording import results
from tests.handlers.samples import TRAINED

SOURCE = "fewer epochs or a smaller learning-rate multiplier"
RISEN = {"first": 2.1, "last": 0.3, "valid_best": 1.06, "valid_last": 1.19, "valid_best_step": 108}


def kept(step: int, full: float | None, valid: float | None = None, **more: Any) -> CheckpointFacts:
    facts: dict[str, Any] = {"id": f"c{step}", "step": step, "model": f"m-{step}", "deployable": True, **more}
    return CheckpointFacts(**facts, full_valid_loss=full, valid_loss=valid)


def job(*checkpoints: CheckpointFacts, epochs: int | None = 4, **numbers: float) -> JobFacts:
    return TRAINED.model_copy(
        update={
            "labels": {"n_epochs": "Epochs", "learning_rate_multiplier": "Learning-rate multiplier"},
            "reading": ReadingFacts(kind="diverging", numbers={**RISEN, **numbers}),
            "checkpoints": checkpoints,
            "progress": Progress(
                step=240, steps=240, epochs=epochs, train_first=2.2, train_last=0.27, valid_last=1.2
            ),
        }
    )


def test_a_best_step_that_is_not_kept_is_not_offered() -> None:
    sentence, remedy = results.of_job(job(kept(216, 1.17), kept(228, 1.18), kept(240, 1.19)), "en")
    assert sentence == (
        "Overfitting: the smoothed validation loss was best at step 108 (1.06) and ends at 1.19, while the training "
        "loss keeps falling."
    )
    assert remedy == (
        f"No checkpoint near step 108 is kept: train again with {SOURCE} (about 2 epochs would end near that step)."
    )


def test_a_kept_checkpoint_that_is_clearly_better_is_named_with_its_loss() -> None:
    _, remedy = results.of_job(job(kept(110, 1.05), kept(180, 1.1), kept(240, 1.19)), "en")
    assert remedy == (
        f"Use the checkpoint at step 110 (validation loss 1.05, 1.19 at the end), or train again with {SOURCE}."
    )


@pytest.mark.parametrize(
    "first",
    [
        kept(110, 1.18),
        kept(110, 1.0, deployable=False),
        kept(110, None),
        kept(110, float("nan")),
        kept(110, None, valid=0.5),
    ],
)
def test_what_is_not_better_not_deployable_or_not_comparable_is_not_offered(first: CheckpointFacts) -> None:
    _, remedy = results.of_job(job(first, kept(240, 1.19)), "en")
    assert "Use the checkpoint" not in remedy
    assert SOURCE in remedy
    assert ("No checkpoint near" in remedy) is not first.deployable


@pytest.mark.parametrize(
    ("step", "epochs", "told"),
    [
        (108, 4, "about 2 epochs"),
        (20, 4, "about 1 epoch "),
        (235, 4, None),
        (108, 1, None),
        (108, None, None),
    ],
)
def test_how_many_epochs_is_said_when_that_is_fewer(step: int, epochs: int | None, told: str | None) -> None:
    _, remedy = results.of_job(job(epochs=epochs, valid_best_step=step), "en")
    assert f"No checkpoint near step {step} is kept" in remedy
    assert ("epochs would" in remedy or "epoch would" in remedy) is (told is not None)
    assert told is None or told in remedy


def test_a_wide_gap_alone_names_no_step() -> None:
    _, remedy = results.of_job(job(kept(240, 1.19), valid_best=1.18, gap_ratio=3.9), "en")
    assert remedy == f"Train again with {SOURCE}."


@pytest.mark.parametrize("kind", ["falling", "flat", "rising"])
def test_below_the_measured_losses_the_sentence_has_no_numbers_of_its_own(kind: str) -> None:
    reading = ReadingFacts(kind=kind, numbers=dict(RISEN))
    shown, _ = results.of_job(TRAINED.model_copy(update={"reading": reading}), "en")
    assert shown
    assert not any(letter.isdigit() for letter in shown)
    bare = TRAINED.model_copy(update={"reading": reading, "progress": Progress()})
    assert "smoothed" in results.of_job(bare, "en")[0]
