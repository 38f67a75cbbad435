"""One-sided sets: questions that all begin alike, one answer for many."""

from collections import Counter
from collections.abc import Sequence

from bot.datasets.options import Form
from bot.datasets.sets.at import At
from bot.datasets.sets.letters import letters
from bot.datasets.sets.specs import ONE_ANSWER, ONE_SCENARIO

FEWEST = 40
"""Smaller samples say nothing about the mix."""

_ANSWERED: frozenset[Form] = frozenset({"chat", "prompt_response"})
_OPENING_WORDS = 5
_OPENING_LETTERS = 12
_OPENING_SHARE = 0.5
_ANSWER_SHARE = 0.3
_LABEL = 24
_JSON = ("{", "[")

Sample = Sequence[tuple[int, tuple[str, ...]]]


def judge(sample: Sample, form: Form, at: At) -> None:
    """Report when of a sample of at least `FEWEST` examples more than half ask with the same first words, or more than
    three of ten get the same answer.

    The question is the text before the last one. Words are compared without case; where the text has no blanks between
    words, the first letters are. Answers that are short (a label of some classes) or JSON may be the same as often as
    they like.
    """
    if len(sample) < FEWEST or form not in _ANSWERED:
        return
    openings = [(line, _opening(texts[-2])) for line, texts in sample if len(texts) > 1]
    answers = [(line, _answer(texts[-1])) for line, texts in sample if texts]
    for spec, told, share in ((ONE_SCENARIO, openings, _OPENING_SHARE), (ONE_ANSWER, answers, _ANSWER_SHARE)):
        counts = Counter(what for _, what in told if what)
        if not counts:
            continue
        commonest, number = counts.most_common(1)[0]
        if number > share * len(sample):
            first = min(line for line, what in told if what == commonest)
            at(None)(spec, share=100 * number // len(sample), first=first)


def _opening(text: str) -> str:
    """What a question begins with; nothing when that is all of it, or when it is JSON (what a tool gave back)."""
    if text.lstrip().startswith(_JSON):
        return ""
    words = text[:1000].casefold().split(maxsplit=_OPENING_WORDS)
    if len(words) > _OPENING_WORDS:
        return " ".join(words[:_OPENING_WORDS])
    run = "".join(words)
    # fewer blanks than words: Chinese, Japanese, Thai
    return run[:_OPENING_LETTERS] if len(run) > _OPENING_LETTERS and not run.isascii() else ""


def _answer(text: str) -> str:
    told = text.strip()
    return "" if told.startswith(_JSON) or letters(told[:200]) < _LABEL else told
