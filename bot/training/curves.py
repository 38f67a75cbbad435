"""The curves of one panel. Imported only where a picture is made."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter
from numpy.typing import NDArray

from bot.training.labels import drawable
from bot.training.series import Series
from bot.training.thinning import decimate
from providers.base import Split

Numbers = NDArray[np.float64]

# Colours by Okabe and Ito, which people with any kind of colour vision can tell apart; shapes differ as well.
COLOURS: dict[Split, str] = {"train": "#0072B2", "valid": "#D55E00", "full_valid": "#000000"}
NAMES: dict[Split, str] = {"train": "Training", "valid": "Validation", "full_valid": "Full validation"}
BROKEN = "#CC3311"
METRICS = {"loss": "Loss", "token_accuracy": "Token accuracy", "reward": "Reward"}

BEYOND = 1e30
"""Values this large are drawn like infinity."""

LOG_FROM = 50.0
"""Largest over smallest value from which the axis is logarithmic."""

SMOOTHED_FROM = 60


def draw_panel(axis: Axes, metric: str, series: Sequence[Series]) -> dict[str, Line2D]:
    """Draw all splits of one metric; returns the lines for the legend by their names."""
    handles: dict[str, Line2D] = {}
    extremes: list[float] = []
    for one in sorted(series, key=lambda each: list(COLOURS).index(each.split)):
        values: Numbers = np.frombuffer(one.values)
        broken = ~(np.abs(values) < BEYOND)
        sound = one
        if broken.any():
            handles["Not a number"] = _broken(axis, np.frombuffer(one.steps, dtype=np.int64)[broken])
            sound = one.pick([int(index) for index in np.flatnonzero(~broken)])
            values = values[~broken]
        if len(sound):
            handles[_name(sound)] = _curve(axis, sound)
            extremes += [float(values.min()), float(values.max())]
    name = METRICS.get(metric) or drawable(metric.replace("_", " "))[:32].capitalize()
    logarithmic = metric == "loss" and _spans_decades(extremes)
    _value_axis(axis, extremes, logarithmic=logarithmic, share=metric == "token_accuracy")
    axis.set_ylabel(f"{name} (log scale)" if logarithmic else name, fontsize=10, color="#1d1c1d")
    axis.yaxis.set_label_coords(-0.062, 0.5)
    return handles


def _name(series: Series) -> str:
    smoothed = series.split != "full_valid" and len(series) >= SMOOTHED_FROM
    return f"{NAMES[series.split]}, smoothed" if smoothed else NAMES[series.split]


def _spans_decades(extremes: Sequence[float]) -> bool:
    low, high = min(extremes, default=0.0), max(extremes, default=0.0)
    return low > 1 / BEYOND and high / low >= LOG_FROM


def _broken(axis: Axes, steps: NDArray[np.int64]) -> Line2D:
    # A thousand marks show no more than these.
    shown = steps[:: max(1, len(steps) // 200)]
    (line,) = axis.plot(
        shown,
        np.full(len(shown), 0.965),
        transform=axis.get_xaxis_transform(),
        linestyle="none",
        marker="x",
        markersize=6,
        color=BROKEN,
        zorder=6,
    )
    return line


def _curve(axis: Axes, series: Series) -> Line2D:
    colour = COLOURS[series.split]
    thin = decimate(series)
    if series.split == "full_valid":
        return _line(axis, thin, colour, linestyle=":", linewidth=1.0, marker="D", markersize=5, zorder=5)
    few = len(series) <= 40
    if len(series) < SMOOTHED_FROM:
        marker = {"marker": "o", "markersize": 3.5} if few else {}
        return _line(axis, thin, colour, linewidth=1.6, zorder=4, **marker)
    _line(axis, thin, colour, linewidth=0.7, alpha=0.3, zorder=3)
    return _line(axis, _smoothed(series), colour, linewidth=1.9, zorder=4)


def _line(axis: Axes, series: Series, colour: str, **style: Any) -> Line2D:  # matplotlib's own keywords
    (line,) = axis.plot(series.steps, series.values, color=colour, **style)
    return line


def _smoothed(series: Series) -> Series:
    """The mean over a window of a thirtieth of the run, cut off at both ends."""
    values = np.frombuffer(series.values)
    count = len(values)
    half = max(2, count // 60)
    sums = np.concatenate(([0.0], np.cumsum(values)))
    picked = np.unique(np.linspace(0, count - 1, min(count, 800)).astype(np.int64))
    start, end = np.maximum(picked - half, 0), np.minimum(picked + half + 1, count)
    means = (sums[end] - sums[start]) / (end - start)
    steps = np.frombuffer(series.steps, dtype=np.int64)[picked]
    return Series.of(series.metric, series.split, steps.tolist(), means.tolist())


def _value_axis(axis: Axes, extremes: Sequence[float], *, logarithmic: bool, share: bool) -> None:
    if not extremes:
        axis.set_yticks([])
        return
    low, high = min(extremes), max(extremes)
    if logarithmic:
        axis.set_yscale("log")
        axis.yaxis.set_major_locator(
            LogLocator(subs=(1.0,) if high / low > 1e4 else (1.0, 2.0, 5.0), numticks=9)
        )
        axis.yaxis.set_minor_formatter(NullFormatter())
        axis.set_ylim(low / 1.15, high * 1.15)
    else:
        margin = (high - low) * 0.06 or abs(high) * 0.1 or 0.1
        axis.set_ylim(low - margin, min(high + margin, 1.02) if share and high <= 1 else high + margin)
        axis.yaxis.set_major_locator(MaxNLocator(nbins=6))
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _number(value)))


def _number(value: float) -> str:
    if value and not 1e-3 <= abs(value) < 1e6:
        digits, exponent = f"{value:.1e}".split("e")
        return f"{digits.removesuffix('.0')}e{int(exponent)}"
    return f"{value:.4g}" if abs(value) < 10_000 else f"{value / 1000:.4g}k"
