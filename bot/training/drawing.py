"""Draws a `ChartRequest` with matplotlib. Imported only where a picture is made."""

import io
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from bot.training.charts import ChartCheckpoint, ChartRequest, panels
from bot.training.curves import draw_panel
from bot.training.labels import Box, drawable, place

WIDTH_INCHES, HEIGHT_INCHES, DPI = 8.0, 5.6, 150
INK, PALE_INK, GRID = "#1d1c1d", "#6b6b6b", "#e3e3e3"
CHECKPOINT = "#7a3e9d"

_LEFT, _RIGHT, _BOTTOM, _TOP, _GAP = 0.09, 0.975, 0.095, 0.855, 0.05
_LABEL_POINTS, _LABEL_ROWS, _ROW_HEIGHT = 8.0, 3, 0.036
_LETTER_WIDTH = 0.62
"""Mean width of a letter, as a share of its size."""


class _Label(NamedTuple):
    """Where a checkpoint's name stands above the panels."""

    mark: ChartCheckpoint
    text: str
    box: Box


def draw(request: ChartRequest) -> bytes:
    """The picture as PNG."""
    figure = Figure(figsize=(WIDTH_INCHES, HEIGHT_INCHES), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    _head(figure, request)
    chosen = panels(request.series)
    low, high = _span(request)
    labels = _labels(request.checkpoints, low, high)
    top = _TOP - _ROW_HEIGHT * (1 + max((label.box.row for label in labels), default=-1))
    axes = _axes(figure, max(1, len(chosen)), top)
    axes[0].set_xlim(low, high)
    handles: dict[str, Line2D] = {}
    for axis, (metric, series) in zip(axes, chosen, strict=False):
        handles |= draw_panel(axis, metric, series)
    if not chosen:
        _nothing(axes[0])
    elif request.sparse:
        _few(figure)
    _epochs(axes, request.epoch_ends)
    handles |= _checkpoints(axes, request.checkpoints)
    _write_labels(figure, labels, top)
    many = len(handles) > 4
    if len(handles) > 5:
        # The label of a checkpoint explains itself.
        handles.pop("Checkpoint", None)
    if handles:
        figure.legend(
            handles.values(),
            handles.keys(),
            loc="upper left",
            bbox_to_anchor=(_LEFT - 0.012, 0.915),
            ncols=len(handles),
            frameon=False,
            fontsize=7.5 if many else 9,
            handlelength=1.6,
            columnspacing=1.0 if many else 1.4,
            labelcolor=INK,
        )
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _head(figure: Figure, request: ChartRequest) -> None:
    title, subtitle = _fitted(drawable(request.title), 70), _fitted(drawable(request.subtitle), 115)
    figure.text(_LEFT, 0.965, title, fontsize=14, fontweight="bold", color=INK, va="center", parse_math=False)
    figure.text(_LEFT, 0.925, subtitle, fontsize=9.5, color=PALE_INK, va="center", parse_math=False)


def _fitted(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"


def _axes(figure: Figure, count: int, top: float) -> list[Axes]:
    height = (top - _BOTTOM - _GAP * (count - 1)) / count
    axes: list[Axes] = []
    for index in range(count):
        bottom = top - height * (index + 1) - _GAP * index
        axis = figure.add_axes((_LEFT, bottom, _RIGHT - _LEFT, height), sharex=axes[0] if axes else None)
        axis.grid(visible=True, color=GRID, linewidth=0.8)
        axis.set_axisbelow(True)
        axis.tick_params(labelsize=9, colors=PALE_INK, length=0, labelbottom=index == count - 1)
        for side, spine in axis.spines.items():
            spine.set_visible(side == "bottom")
            spine.set_color(PALE_INK)
        axes.append(axis)
    axes[-1].xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, min_n_ticks=1))
    axes[-1].xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes[-1].set_xlabel("Step", fontsize=10, color=INK)
    return axes


def _nothing(axis: Axes) -> None:
    axis.set_axis_off()
    axis.text(
        0.5, 0.5, "No measurements yet", transform=axis.transAxes, ha="center", va="center", color=PALE_INK
    )


def _few(figure: Figure) -> None:
    """In the corner beside the axis' name, where no curve can be."""
    text = "Measured once per epoch: so few points are normal"
    figure.text(_LEFT, 0.044, text, fontsize=8, color=PALE_INK, ha="left", va="center")


def _span(request: ChartRequest) -> tuple[float, float]:
    """The step axis from left to right, with a margin."""
    steps = [step for one in request.series if len(one) for step in (one.steps[0], one.steps[-1])]
    steps += [mark.step for mark in request.checkpoints] + list(request.epoch_ends)
    low, high = (min(steps), max(steps)) if steps else (0, 1)
    margin = (high - low) * 0.012 or 1.0
    return low - margin, high + margin


def _epochs(axes: Sequence[Axes], ends: Sequence[int]) -> None:
    every = -(-len(ends) // 12)
    low, high = axes[0].get_xlim()
    for number, step in enumerate(ends, start=1):
        for axis in axes:
            axis.axvline(step, color=PALE_INK, linewidth=0.9, linestyle=(0, (1, 2.5)), zorder=1)
        if (len(ends) - number) % every == 0:
            axes[0].annotate(
                f"epoch {number}",
                (step, 0),
                xycoords=axes[0].get_xaxis_transform(),
                xytext=(-2, -3),
                textcoords="offset points",
                ha="right" if (step - low) / (high - low) > 0.04 else "left",
                va="top",
                fontsize=8,
                color=PALE_INK,
                annotation_clip=False,
            )


def _checkpoints(axes: Sequence[Axes], marks: Sequence[ChartCheckpoint]) -> dict[str, Line2D]:
    handles: dict[str, Line2D] = {}
    for mark in marks:
        style = "-" if mark.deployable else (0, (4, 3))
        for axis in axes:
            line = axis.axvline(
                mark.step, color=CHECKPOINT, linewidth=1.1, linestyle=style, alpha=0.75, zorder=2
            )
            handles["Checkpoint" if mark.deployable else "Not deployable"] = line
    return handles


def _labels(marks: Sequence[ChartCheckpoint], low: float, high: float) -> list[_Label]:
    """Names of as many checkpoints as find room, the last ones first."""
    ordered = sorted(marks)
    texts = [_end(drawable(mark.label) or f"{mark.step:,}", 24) for mark in ordered]
    widths = [(len(text) + 2) * _LABEL_POINTS * _LETTER_WIDTH / 72 / WIDTH_INCHES for text in texts]
    centres = [_LEFT + (mark.step - low) / (high - low) * (_RIGHT - _LEFT) for mark in ordered]
    boxes = place(list(zip(centres, widths, strict=True)), _LEFT - 0.03, 0.995, _LABEL_ROWS)
    placed = zip(ordered, texts, boxes, strict=True)
    return [_Label(mark, text, box) for mark, text, box in placed if box is not None]


def _end(text: str, letters: int) -> str:
    return text if len(text) <= letters else "…" + text[1 - letters :]


def _write_labels(figure: Figure, labels: Sequence[_Label], top: float) -> None:
    for mark, text, box in labels:
        figure.text(
            box.centre,
            top + 0.019 + box.row * _ROW_HEIGHT,
            text,
            fontsize=_LABEL_POINTS,
            color="white" if mark.deployable else CHECKPOINT,
            ha="center",
            va="center",
            parse_math=False,
            bbox={
                "boxstyle": "round,pad=0.25",
                "facecolor": CHECKPOINT if mark.deployable else "white",
                "edgecolor": CHECKPOINT,
                "linewidth": 0.8,
            },
        )
