"""Text from the small model: one byte after the other, sampled from what it has learnt to follow."""

from typing import Final

import numpy as np

from sandbox.training.model import (
    END,
    ORDERS,
    VOCABULARY,
    Floats,
    PackedWeights,
    Weights,
    base_weights,
    contexts,
    logits,
)

_WINDOW: Final = max(ORDERS)
# Below this only the likeliest is left, and dividing by it would leave the range of numbers.
_COLDEST: Final = 1e-6
_CONTINUATION: Final = range(0x80, 0xC0)
# Lead bytes of two, three and four bytes; the others above ASCII begin nothing in UTF-8.
_LEADS: Final = ((0xC2, 0xE0, 1), (0xE0, 0xF0, 2), (0xF0, 0xF5, 3))


class Writer:
    """Continues texts with one set of weights. Lives in the worker process.

    The same weights, text and settings give the same continuation, however it is cut into calls.
    """

    def __init__(self, base_model: str, packed: PackedWeights | None) -> None:
        """Use these weights, or what the base model knows when there are none."""
        self._weights: Weights = packed.unpack() if packed is not None else base_weights(base_model)

    def write(
        self, prompt: list[int], written: list[int], count: int, temperature: float, top_p: float, seed: int
    ) -> list[int]:
        """Up to `count` more tokens (bytes and END) after `prompt` and what was `written` so far.

        Stops after END. `temperature` 0 takes the likeliest; `top_p` keeps the likeliest whose shares reach it.
        """
        text = [*prompt, *written][-_WINDOW:]
        made: list[int] = []
        pending = _missing(written)
        while len(made) < count and (not made or made[-1] != END):
            # Position i of `contexts` is predicted from the tokens before it: one more, whatever it is, is needed.
            rows = contexts(np.array([*text[-_WINDOW:], 0], dtype=np.int64))[-1:]
            scores = logits(self._weights, rows)[1][0] + _allowed(pending, text[-1] if text else END)
            position = len(written) + len(made)
            token = _chosen(scores, temperature, top_p, np.random.default_rng((seed, position)))
            made.append(token)
            text.append(token)
            pending = pending - 1 if pending else _follow_up(token)
        return made


def _chosen(scores: Floats, temperature: float, top_p: float, rng: np.random.Generator) -> int:
    if temperature < _COLDEST:
        return int(scores.argmax())
    weights = np.exp((scores.astype(np.float64) - scores.max()) / temperature)
    shares = weights / weights.sum()
    order = np.argsort(-shares, kind="stable")
    reached = np.cumsum(shares[order])
    kept = order[: int(np.searchsorted(reached, top_p)) + 1]
    chances = shares[kept]
    return int(kept[np.searchsorted(np.cumsum(chances) / chances.sum(), rng.random(), side="right")])


def _follow_up(token: int) -> int:
    """How many continuation bytes a lead byte asks for."""
    return next((more for first, last, more in _LEADS if first <= token < last), 0)


def _missing(written: list[int]) -> int:
    """How many continuation bytes the last character still lacks."""
    for back, token in enumerate(reversed(written[-3:])):
        if token not in _CONTINUATION:
            return max(0, _follow_up(token) - back)
    return 0


def _mask(*spans: range) -> Floats:
    """What to add to the logits so that only these bytes remain."""
    mask = np.full(VOCABULARY, -1e9, dtype=np.float32)
    for span in spans:
        mask[span.start : span.stop] = 0
    return mask


_START: Final = _mask(range(0x80), range(0xC2, 0xF5), range(END, END + 1))
_GO_ON: Final = _mask(_CONTINUATION)
# Lead bytes after which UTF-8 leaves out overlong forms, surrogates, and what is beyond Unicode.
_AFTER: Final = {
    0xE0: _mask(range(0xA0, 0xC0)),
    0xED: _mask(range(0x80, 0xA0)),
    0xF0: _mask(range(0x90, 0xC0)),
    0xF4: _mask(range(0x80, 0x90)),
}


def _allowed(pending: int, last: int) -> Floats:
    """The mask for the next byte, with `pending` bytes of a character to come after `last`."""
    return _AFTER.get(last, _GO_ON) if pending else _START
