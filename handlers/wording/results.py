"""What the curves say, in one sentence with its remedy.

The remedy for diverging curves, fewer epochs or a smaller learning-rate multiplier, is the source document's.
"""

from collections.abc import Mapping

from bot.facts.jobs import CheckpointFacts, ReadingFacts
from handlers.wording import numbers
from handlers.wording.language import pick
from handlers.wording.said import fill

# variant: (with all its numbers, without them, remedy)
_READINGS: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        "falling": (
            (
                "The loss falls from {first} to {last}, and validation follows ({valid_last} at the end): no sign of "
                "overfitting."
            ),
            "The loss falls, and nothing shows overfitting.",
            "Compare a few answers with the base model's before it is used.",
        ),
        "falling_alone": (
            "The loss falls from {first} to {last}; without validation data the curves cannot show overfitting.",
            "The loss falls; without validation data the curves cannot show overfitting.",
            "Compare a few answers with the base model's before it is used.",
        ),
        "flat": (
            "The loss hardly moves ({first} at the start, {last} at the end): little was learned.",
            "The loss hardly moves: little was learned.",
            (
                "Try more epochs or a larger learning-rate multiplier, and check that the examples differ from what "
                "the base model answers anyway."
            ),
        ),
        "diverging": (
            (
                "Overfitting: the validation loss was best at step {valid_best_step} ({valid_best}) and ends at "
                "{valid_last}, while the training loss keeps falling."
            ),
            "Overfitting: the training loss falls, and the validation loss does not follow.",
            "Train again with fewer epochs or a smaller learning-rate multiplier, or use an earlier checkpoint.",
        ),
        "diverging_gap": (
            "Overfitting: the validation loss ends at {valid_last}, {gap_ratio} times the training loss ({last}).",
            "Overfitting: the training loss falls, and the validation loss does not follow.",
            "Train again with fewer epochs or a smaller learning-rate multiplier, or use an earlier checkpoint.",
        ),
        "rising": (
            "The training loss rises from {first} to {last}: the training did not settle.",
            "The training loss rises: the training did not settle.",
            "Train again with a smaller learning-rate multiplier.",
        ),
        "reward_rising": (
            "The reward rises from {first} to {last}.",
            "The reward rises.",
            "Compare a few answers with the base model's before it is used.",
        ),
        "reward_falling": (
            "The reward falls from {first} to {last}: the training went the wrong way.",
            "The reward falls: the training went the wrong way.",
            "Check the grader on a few examples, then train again with a smaller learning-rate multiplier.",
        ),
        "reward_flat": (
            "The reward hardly moves ({first} at the start, {last} at the end): little was learned.",
            "The reward hardly moves: little was learned.",
            "Check that the grader tells good answers from bad ones.",
        ),
        "too_short": (
            "There are too few steps to read anything from the curves.",
            "There are too few steps to read anything from the curves.",
            "More examples or epochs make more steps.",
        ),
        "no_points": (
            "The service sent no measurements for this job.",
            "The service sent no measurements for this job.",
            "",
        ),
    }
}
_UNKNOWN: Mapping[str, str] = {"en": "The curves are in the chart."}
_RISEN = 1.05
"""Validation loss over its best from which the sentence tells of the best step."""
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "step": "step",
        "epoch": "epoch",
        "train": "train",
        "valid": "validation",
        "full_valid": "full validation",
        "deployable": "deployable",
        "yes": "yes",
        "no": "no",
        "model": "model",
        "without": "–",
    }
}


def known_kinds() -> frozenset[str]:
    """Variants of a reading that have a sentence; every kind is the name of one."""
    return frozenset(_READINGS["en"])


def _variant(facts: ReadingFacts, measured: Mapping[str, float], method: str) -> str:
    if method == "reinforcement":
        return f"reward_{facts.kind}" if f"reward_{facts.kind}" in known_kinds() else facts.kind
    if facts.kind == "falling" and "valid_last" not in measured:
        return "falling_alone"
    if facts.kind == "diverging" and "gap_ratio" in measured:
        risen = measured.get("valid_last", 0.0) > measured.get("valid_best", 0.0) * _RISEN
        return "diverging" if risen else "diverging_gap"
    return facts.kind


def reading(facts: ReadingFacts | None, locale: str, method: str = "supervised") -> tuple[str, str]:
    """One sentence that reads the curves, and what to do; with `reinforcement` the curves are rewards."""
    if facts is None:
        return "", ""
    told: Mapping[str, object] = facts.numbers
    measured = {name: float(value) for name, value in told.items() if isinstance(value, int | float)}
    found = pick(_READINGS, locale).get(_variant(facts, measured, method))
    if found is None:
        return pick(_UNKNOWN, locale), ""
    full, bare, remedy = found
    shown = {
        name: f"{value:,.0f}" if name.endswith("step") else numbers.loss(value)
        for name, value in measured.items()
    }
    if "gap_ratio" in measured:
        shown["gap_ratio"] = f"{measured['gap_ratio']:.1f}"
    wanted = {part.split("}")[0] for part in full.split("{")[1:]}
    return (fill(full, {}, **shown) if wanted <= shown.keys() else bare), remedy


def words(locale: str) -> Mapping[str, str]:
    """Headings of the table of checkpoints."""
    return pick(_WORDS, locale)


def best(checkpoints: tuple[CheckpointFacts, ...]) -> CheckpointFacts | None:
    """The deployable checkpoint with the lowest validation loss; full validation counts before the batch's."""
    scored = [
        (one.full_valid_loss if one.full_valid_loss is not None else one.valid_loss, one)
        for one in checkpoints
        if one.deployable
    ]
    with_loss = [(score, one) for score, one in scored if score is not None and score == score]
    return min(with_loss, key=lambda pair: pair[0])[1] if with_loss else None
