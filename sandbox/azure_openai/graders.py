"""Graders that are really applied to what the small model writes: `string_check` and `text_similarity` (contract 1.4).

The measures of similarity are the textbook ones on words in lower case, without smoothing or synonyms.
"""

import difflib
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

SIMULATED: Final = ("string_check", "text_similarity")
OTHERS: Final = ("score_model", "label_model", "python", "endpoint", "multi")
OPERATIONS: Final = ("eq", "ne", "like", "ilike")
_PLACE: Final = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
_WORDS: Final = re.compile(r"\w+")
_ORDERS: Final = (1, 2, 3, 4)


class GradingError(ValueError):
    """A template names what the item or the answer does not have."""


def grade(grader: Mapping[str, Any], item: Mapping[str, Any], answer: str) -> float:
    """The reward of an answer, 0 to 1. Raises GradingError."""
    given = render(grader["input"], item, answer)
    reference = render(grader["reference"], item, answer)
    if grader["type"] == "string_check":
        return float(_CHECKS[grader["operation"]](given, reference))
    return MEASURES[grader["evaluation_metric"]](given, reference)


def render(template: str, item: Mapping[str, Any], answer: str) -> str:
    """A template with its places filled from `item.…`, `sample.output_text` and `sample.output_json.…`."""
    return _PLACE.sub(lambda place: _text(_found(place[1], item, answer)), template)


def _found(path: str, item: Mapping[str, Any], answer: str) -> Any:
    root, *names = path.split(".")
    if root == "item":
        value: Any = item
    elif root == "sample" and names[:1] == ["output_text"]:
        value, names = answer, names[1:]
    elif root == "sample" and names[:1] == ["output_json"]:
        value, names = _json(answer), names[1:]
    else:
        raise GradingError(path)
    for name in names:
        if not isinstance(value, Mapping) or name not in value:
            raise GradingError(path)
        value = value[name]
    return value


def _json(answer: str) -> Any:
    try:
        return json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise GradingError("sample.output_json") from error


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_CHECKS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "eq": lambda given, reference: given == reference,
    "ne": lambda given, reference: given != reference,
    "like": lambda given, reference: reference in given,
    "ilike": lambda given, reference: reference.lower() in given.lower(),
}


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.lower())


def _grams(words: Sequence[str], order: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[at : at + order]) for at in range(len(words) - order + 1))


def _shared(given: Sequence[str], reference: Sequence[str], order: int) -> tuple[int, int, int]:
    """N-grams in common, of the answer, of the reference."""
    ours, theirs = _grams(given, order), _grams(reference, order)
    return (ours & theirs).total(), ours.total(), theirs.total()


def _harmonic(common: float, ours: float, theirs: float) -> float:
    return 2 * common / (ours + theirs) if ours + theirs else 0.0


def fuzzy_match(given: str, reference: str) -> float:
    """Characters in common, in order."""
    return difflib.SequenceMatcher(None, given, reference, autojunk=False).ratio()


def rouge(order: int) -> Callable[[str, str], float]:
    """F1 over n-grams."""
    return lambda given, reference: _harmonic(*_shared(_words(given), _words(reference), order))


def rouge_l(given: str, reference: str) -> float:
    """F1 over the longest common subsequence of words."""
    ours, theirs = _words(given), _words(reference)
    row = [0] * (len(theirs) + 1)
    for word in ours:
        before = row
        row = [0]
        for at, other in enumerate(theirs):
            row.append(before[at] + 1 if word == other else max(before[at + 1], row[at]))
    return _harmonic(row[-1], len(ours), len(theirs))


def bleu(given: str, reference: str) -> float:
    """Geometric mean of n-gram precisions (as far as the answer has n-grams), with the brevity penalty."""
    ours, theirs = _words(given), _words(reference)
    precisions = [
        common / total for common, total, _ in (_shared(ours, theirs, order) for order in _ORDERS) if total
    ]
    if not precisions or min(precisions) == 0:
        return 0.0
    brevity = min(1.0, math.exp(1 - len(theirs) / len(ours)))
    return brevity * math.exp(sum(map(math.log, precisions)) / len(precisions))


def gleu(given: str, reference: str) -> float:
    """The smaller of precision and recall over all n-grams."""
    counts = [_shared(_words(given), _words(reference), order) for order in _ORDERS]
    common, ours, theirs = (sum(column) for column in zip(*counts, strict=True))
    return common / max(ours, theirs) if max(ours, theirs) else 0.0


def meteor(given: str, reference: str) -> float:
    """The weighted mean of unigram precision and recall (recall nine times)."""
    common, ours, theirs = _shared(_words(given), _words(reference), 1)
    if not common:
        return 0.0
    precision, recall = common / ours, common / theirs
    return 10 * precision * recall / (recall + 9 * precision)


MEASURES: Final[Mapping[str, Callable[[str, str], float]]] = {
    "fuzzy_match": fuzzy_match,
    "bleu": bleu,
    "gleu": gleu,
    "meteor": meteor,
    **{f"rouge_{order}": rouge(order) for order in range(1, 6)},
    "rouge_l": rouge_l,
}
