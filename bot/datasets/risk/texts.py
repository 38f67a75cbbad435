"""All texts of a decoded line, with their JSON paths."""

from collections.abc import Iterator

from bot.datasets.rules.base import JsonValue, clipped

Place = tuple["Place", str | int] | None
"""A step of a path behind those above it; the path is put together only where something is found."""

_SHORTEST = 2
_HEAD_OF_AN_IMAGE = 100
_USUAL_KEYS_TEXT = (
    "messages role content type text name weight tool_calls tool_call_id function function_call arguments id index "
    "tools functions parameters properties description required additionalProperties strict items enum image_url url "
    "detail refusal input input_audio preferred_output non_preferred_output parallel_tool_calls prompt response "
    "completion context output"
)
_USUAL_KEYS = frozenset(_USUAL_KEYS_TEXT.split())
_USUAL_VALUES_TEXT = "system developer user assistant tool function text image_url object string"
_USUAL_VALUES = frozenset(_USUAL_VALUES_TEXT.split())


def texts_of(value: JsonValue) -> Iterator[tuple[Place, str]]:
    """Every text in `value` in the order of the line, and before an object's values those of its keys that are unusual.

    A key has the place of its object, so that no path says it. Very short texts, inline images, and the usual words for
    roles and types are left out.
    """
    waiting: list[tuple[Place, JsonValue]] = [(None, value)]
    while waiting:
        place, node = waiting.pop()
        if isinstance(node, str):
            if _is_told(node):
                yield place, node
        elif isinstance(node, dict):
            if not node.keys() <= _USUAL_KEYS:
                for key in node:
                    if key not in _USUAL_KEYS and len(key) >= _SHORTEST:
                        yield place, key
            waiting += [
                ((place, key), child)
                for key, child in reversed(node.items())
                if not (isinstance(child, str) and child in _USUAL_VALUES)
            ]
        elif isinstance(node, list):
            waiting += [((place, index), node[index]) for index in range(len(node) - 1, -1, -1)]


def path_of(place: Place) -> str:
    """`messages[2].content`, keys clipped."""
    steps: list[str] = []
    while place is not None:
        place, step = place
        if isinstance(step, int):
            steps.append(f"[{step}]")
        else:
            steps.append(f".{step if step in _USUAL_KEYS else clipped(step)}")
    return "".join(reversed(steps)).removeprefix(".")


def _is_told(text: str) -> bool:
    return len(text) >= _SHORTEST and not (text.startswith("data:") and _is_image(text))


def _is_image(text: str) -> bool:
    return ";base64," in text[:_HEAD_OF_AN_IMAGE]
