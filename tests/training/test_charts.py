"""Pictures: every kind of run gives one, of the right size, without a warning."""

import math
import struct
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.training.charts import ChartCheckpoint, ChartRequest, panels, render
from bot.training.labels import Box, drawable, place
from bot.training.series import Series
from providers.base import Split

STEPS = range(1, 101)
LOSS = Series.of("loss", "train", STEPS, [2 * math.exp(-step / 40) + 0.4 for step in STEPS])
ACCURACY = Series.of("token_accuracy", "train", STEPS, [0.9 - 0.4 * math.exp(-step / 40) for step in STEPS])
VALID = Series.of("loss", "valid", STEPS[::10], [value + 0.2 for value in LOSS.values[::10]])
FULL = Series.of("loss", "full_valid", [33, 66, 99], [1.4, 1.0, 0.8])


def size(png: bytes) -> tuple[int, int]:
    """Width and height of a complete PNG."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert png[-8:-4] == b"IEND"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


RUNS: dict[str, Sequence[Series]] = {
    "everything": [LOSS, ACCURACY, VALID, FULL],
    "no_validation": [LOSS, ACCURACY],
    "validation_only": [FULL],
    "one_point": [Series.of("loss", "train", [1], [2.5])],
    "constant": [Series.of("loss", "train", [1, 2, 3], [0.0, 0.0, 0.0])],
    "nothing": [],
    "empty_series": [Series.of("loss", "train", [], [])],
    "not_a_number": [Series.of("loss", "train", [1, 2, 3, 4], [1.0, math.nan, math.inf, -math.inf])],
    "only_nan": [Series.of("loss", "train", [1, 2], [math.nan, math.nan]), ACCURACY],
    "rewards": [
        Series.of("reward", "train", STEPS, [step / 100 for step in STEPS]),
        Series.of("completion_tokens_mean", "train", STEPS, [500.0 + step for step in STEPS]),
        Series.of("train_sample_parse_error_count", "train", STEPS, [0.0 for _ in STEPS]),
    ],
    "huge": [Series.of("loss", "train", STEPS, [math.exp(step / 2) for step in STEPS])],
    "beyond": [Series.of("loss", "train", [1, 2, 3], [1.0, 1e300, 5e-324])],
    "far_steps": [Series.of("loss", "train", [10**9, 2 * 10**9], [1.0, 0.5])],
}


@pytest.mark.parametrize("run", RUNS)
def test_every_run_gives_a_picture(run: str) -> None:
    png = render(ChartRequest(title="J142 support-v12", subtitle="gpt-4.1-mini · D61", series=RUNS[run]))
    assert size(png) == (1200, 840)


def test_few_points_are_said_to_be_normal_where_there_are_any() -> None:
    few = [Series.of("loss", "train", [18, 36, 54], [1.9, 1.2, 0.9])]
    assert render(ChartRequest(title="J1", series=few, sparse=True)) != render(
        ChartRequest(title="J1", series=few)
    )
    assert render(ChartRequest(title="J1", sparse=True)) == render(ChartRequest(title="J1")), (
        "nothing is measured"
    )


def test_marks_are_drawn_and_change_the_picture() -> None:
    marks = [
        ChartCheckpoint(step, f"step {step}", deployable=step > 50) for step in (30, 33, 66, 98, 99, 100)
    ]
    plain = ChartRequest(title="J1", series=[LOSS, ACCURACY])
    marked = ChartRequest(title="J1", series=[LOSS, ACCURACY], checkpoints=marks, epoch_ends=range(5, 101, 5))
    pictures = {
        render(plain),
        render(marked),
        render(ChartRequest(title="J1", series=[LOSS, ACCURACY, VALID])),
    }
    assert len(pictures) == 3
    assert all(size(picture) == (1200, 840) for picture in pictures)


def test_the_same_request_gives_the_same_bytes() -> None:
    request = ChartRequest(title="J1", series=[LOSS, VALID], epoch_ends=[50, 100])
    assert render(request) == render(request)


@pytest.mark.parametrize(
    "title", ["J7 返金 対応", "J7 $x^2$ _a_ {b} \\frac", "J7 \x00\x07", "مرحبا", "🙂", "x" * 500, ""]
)
def test_any_title_can_be_drawn(title: str) -> None:
    # Warnings are errors here: a letter without a glyph would raise one.
    mark = ChartCheckpoint(50, title, deployable=True)
    own = Series.of(title or "own", "train", [1, 2], [1.0, 2.0])
    assert size(render(ChartRequest(title=title, subtitle=title, series=[own], checkpoints=[mark]))) == (
        1200,
        840,
    )


def test_panels_are_loss_and_accuracy_where_there_are() -> None:
    assert [name for name, _ in panels([ACCURACY, FULL, LOSS])] == ["loss", "token_accuracy"]
    assert [name for name, _ in panels(RUNS["rewards"])] == ["reward", "completion_tokens_mean"]
    assert [name for name, _ in panels([LOSS, VALID])] == ["loss"]
    margin = Series.of("reward_margin", "train", [1, 2], [0.1, 0.4])
    share = Series.of("reward_accuracy", "train", [1, 2], [0.5, 0.9])
    assert [name for name, _ in panels([ACCURACY, LOSS, share, margin])] == ["loss", "reward_margin"]
    assert [name for name, _ in panels([LOSS, *RUNS["rewards"]])] == ["reward", "loss"]
    rate = Series.of("learning_rate", "train", [1, 2], [2e-5, 1e-5])
    assert [name for name, _ in panels([LOSS, rate])] == ["loss"]
    assert panels([Series.of("loss", "train", [], [])]) == []


@settings(max_examples=15)
@given(
    st.lists(
        st.builds(
            lambda metric, split, values, first: Series.of(
                metric, split, range(first, first + len(values)), values
            ),
            st.sampled_from(["loss", "token_accuracy", "reward", "own"]),
            st.sampled_from(["train", "valid", "full_valid"]),
            st.lists(st.floats(), max_size=80),
            st.integers(0, 10**7),
        ),
        max_size=4,
        unique_by=lambda one: (one.metric, one.split),
    )
)
def test_any_numbers_can_be_drawn(series: list[Series]) -> None:
    assert size(render(ChartRequest(title="J1", series=series))) == (1200, 840)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 0.5)), max_size=12).map(sorted),
    st.integers(1, 3),
)
def test_labels_do_not_cover_each_other(wanted: list[tuple[float, float]], rows: int) -> None:
    boxes = place(wanted, 0.0, 1.0, rows)
    assert len(boxes) == len(wanted)
    drawn: list[Box] = [box for box in boxes if box is not None]
    for box in drawn:
        assert 0 <= box.row < rows
        assert -1e-9 <= box.centre - box.width / 2 <= box.centre + box.width / 2 <= 1 + 1e-9
    for number, one in enumerate(drawn):
        for other in drawn[number + 1 :]:
            apart = abs(one.centre - other.centre) >= (one.width + other.width) / 2 - 1e-9
            assert one.row != other.row or apart
    if wanted:
        assert boxes[-1] is not None


def test_ids_stay_when_letters_without_a_glyph_go() -> None:
    assert drawable("J142 返金-support 学習 v2") == "J142 v2"
    assert drawable("J142 · été · Ελλάδα · проба") == "J142 · été · Ελλάδα · проба"
    assert drawable("返金 · D61") == "D61"
    assert drawable("返金") == ""


def test_splits_have_names_of_their_own() -> None:
    from bot.training.curves import COLOURS, NAMES

    splits: set[Split] = {"train", "valid", "full_valid"}
    assert COLOURS.keys() == NAMES.keys() == splits
    assert len(set(COLOURS.values())) == len(splits)
