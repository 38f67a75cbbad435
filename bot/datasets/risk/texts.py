"""All texts of a decoded line, with their JSON paths."""

from collections.abc import Iterator

from bot.datasets.rules.base import JsonValue, clipped

Place = tuple["Place", str | int] | None
"""A step of a path behind those above it; the path is put together only where something is found."""

_SHORTEST = 2
_HEAD_OF_AN_IMAGE = 100


def texts_of(value: JsonValue) -> Iterator[tuple[Place, str]]:
    """Every text in `value` in the order of the line, except keys, very short texts and inline images."""
    waiting: list[tuple[Place, JsonValue]] = [(None, value)]
    while waiting:
        place, node = waiting.pop()
        if isinstance(node, str):
            if len(node) >= _SHORTEST and not (node.startswith("data:") and _is_image(node)):
                yield place, node
        elif isinstance(node, dict):
            waiting += [((place, key), child) for key, child in reversed(node.items())]
        elif isinstance(node, list):
            waiting += [((place, index), node[index]) for index in range(len(node) - 1, -1, -1)]


def path_of(place: Place) -> str:
    """`messages[2].content`, keys clipped."""
    steps: list[str] = []
    while place is not None:
        place, step = place
        steps.append(f"[{step}]" if isinstance(step, int) else f".{clipped(step)}")
    return "".join(reversed(steps)).removeprefix(".")


def _is_image(text: str) -> bool:
    return ";base64," in text[:_HEAD_OF_AN_IMAGE]
