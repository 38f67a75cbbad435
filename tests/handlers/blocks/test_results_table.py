"""Results of a job: a table without empty columns, and one pair of numbers per curve."""

from bot.facts.jobs import CheckpointFacts, Progress, ReadingFacts
from handlers.blocks import results
from tests.handlers.samples import JOB

EN = "en"


def kept(number: int, **more: float) -> CheckpointFacts:
    return CheckpointFacts(id=f"c{number}", step=10 * number, model=f"m{number}", deployable=True, **more)


STEPS = (kept(1, train_loss=0.5), kept(2))


def heads(checkpoints: tuple[CheckpointFacts, ...]) -> list[str]:
    rows = results.table(checkpoints, EN)["rows"]
    assert isinstance(rows, list)
    assert {len(row) for row in rows} == {len(rows[0])}
    return [cell["text"] for cell in rows[0]]


def test_a_column_without_any_value_is_left_out() -> None:
    assert heads(STEPS) == ["step", "train", "deployable", "model"]
    assert heads((*STEPS, kept(3, epoch=1.0, valid_loss=0.4))) == [
        *("step", "epoch", "train", "validation", "deployable", "model")
    ]


def test_a_reward_is_not_told_twice_with_different_numbers() -> None:
    job = JOB.model_copy(
        update={
            "state": "succeeded",
            "method": "reinforcement",
            "progress": Progress(reward_first=0.0, reward_last=0.83),
            "reading": ReadingFacts(kind="rising", numbers={"first": 0.0, "last": 0.33}),
        }
    )
    text = results.build(job, EN).text
    assert "Reward 0.83 (from 0.00)" in text
    assert "0.33" not in text
