"""Frames: what goes in comes out, and nonsense is refused."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.helper import frames
from bot.helper.main import read_frame
from bot.training.charts import ChartCheckpoint, ChartRequest
from bot.training.series import Series

DECODE = frames.decoder(frames.Request)
SERIES = st.builds(
    lambda metric, values: Series.of(metric, "train", range(len(values)), values),
    st.text(),
    st.lists(st.floats()),
)
REQUESTS = st.builds(
    ChartRequest,
    title=st.text(),
    subtitle=st.text(),
    series=st.lists(SERIES, max_size=3),
    checkpoints=st.lists(
        st.builds(ChartCheckpoint, st.integers(0, 2**40), st.text(), st.booleans()), max_size=3
    ),
    epoch_ends=st.lists(st.integers(0, 2**40), max_size=3),
    sparse=st.booleans(),
)


def wire(request: ChartRequest) -> bytes:
    return b"".join(frames.encode(frames.chart_head(request), frames.series_blobs(request.series)))


@given(REQUESTS)
def test_a_request_comes_out_as_it_went_in(request: ChartRequest) -> None:
    stream = io.BytesIO(wire(request) * 2)
    for _ in range(2):
        got = read_frame(stream, DECODE)
        assert got is not None
        head, blobs = got
        assert isinstance(head, frames.Chart)
        assert frames.chart_request(head, blobs) == request
    assert read_frame(stream, DECODE) is None


@given(REQUESTS, st.data())
def test_a_frame_that_was_cut_off_is_the_end(request: ChartRequest, data: st.DataObject) -> None:
    whole = wire(request)
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert read_frame(io.BytesIO(whole[:cut]), DECODE) is None


def test_absurd_sizes_are_refused_before_anything_is_read() -> None:
    with pytest.raises(frames.BrokenFrame):
        read_frame(io.BytesIO(b"\xff" * 100), DECODE)
    with pytest.raises(frames.BrokenFrame):
        frames.blob_lengths(b"\xff" * 8)


def test_blobs_must_fit_the_series() -> None:
    with pytest.raises(frames.BrokenFrame):
        frames.series_of([frames.SeriesHead("loss", "train")], [b""])
