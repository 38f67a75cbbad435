"""What the curves say, in one sentence with its remedy.

The numbers of a reading are smoothed, those of a job's progress are single measurements: where the latter stand in
the line above, the sentence has none of its own, or it says that they are smoothed. The remedy for diverging curves,
fewer epochs or a smaller learning-rate multiplier, is the source document's.
"""

from collections.abc import Mapping

from bot.facts.jobs import JobFacts, ReadingFacts
from handlers.wording import checkpoints, jobs, numbers
from handlers.wording.language import pick
from handlers.wording.said import fill

# variant: (with all its numbers, without them, remedy)
_READINGS: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        "falling": (
            (
                "The smoothed loss falls from {first} to {last}, and validation follows ({valid_last} at the end): "
                "no sign of overfitting."
            ),
            "The loss falls, and validation follows: no sign of overfitting.",
            "Compare a few answers with the base model's before it is used.",
        ),
        "falling_alone": (
            (
                "The smoothed loss falls from {first} to {last}; without validation data the curves cannot show "
                "overfitting."
            ),
            "The loss falls; without validation data the curves cannot show overfitting.",
            "Compare a few answers with the base model's before it is used.",
        ),
        "flat": (
            "The smoothed loss hardly moves ({first} at the start, {last} at the end): little was learned.",
            "The loss hardly moves: little was learned.",
            (
                "Try more epochs or a larger learning-rate multiplier, and check that the examples differ from what "
                "the base model answers anyway."
            ),
        ),
        "diverging": (
            (
                "Overfitting: the smoothed validation loss was best at step {valid_best_step} ({valid_best}) and "
                "ends at {valid_last}, while the training loss keeps falling."
            ),
            "Overfitting: the training loss falls, and the validation loss does not follow.",
            "Train again with fewer epochs or a smaller learning-rate multiplier.",
        ),
        "diverging_gap": (
            (
                "Overfitting: the smoothed validation loss ends at {valid_last}, {gap_ratio} times the training loss "
                "({last})."
            ),
            "Overfitting: the training loss falls, and the validation loss does not follow.",
            "Train again with fewer epochs or a smaller learning-rate multiplier.",
        ),
        "rising": (
            "The smoothed training loss rises from {first} to {last}: the training did not settle.",
            "The training loss rises: the training did not settle.",
            "Train again with a smaller learning-rate multiplier.",
        ),
        "reward_rising": (
            "The smoothed reward rises from {first} to {last}.",
            "The reward rises.",
            "Compare a few answers with the base model's before it is used.",
        ),
        "reward_falling": (
            "The smoothed reward falls from {first} to {last}: the training went the wrong way.",
            "The reward falls: the training went the wrong way.",
            "Check the grader on a few examples, then train again with a smaller learning-rate multiplier.",
        ),
        "reward_flat": (
            "The smoothed reward hardly moves ({first} at the start, {last} at the end): little was learned.",
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
# better: a kept checkpoint beats the end; gone: none is kept near the best step; about: how many epochs reach it
_OVERFITTED: Mapping[str, Mapping[str, str]] = {
    "en": {
        "better": "Use the checkpoint at step {step} (validation loss {loss}, {last} at the end), or train again with "
        "fewer epochs or a smaller learning-rate multiplier.",
        "gone": "No checkpoint near step {step} is kept: train again with fewer epochs or a smaller learning-rate "
        "multiplier.",
        "about": "No checkpoint near step {step} is kept: train again with fewer epochs or a smaller learning-rate "
        "multiplier (about {epochs} would end near that step).",
    }
}
_SPARSE: Mapping[str, str] = {
    "en": "{service} measures once per epoch: so few points are normal, and the chart shows all of them."
}
_SPARSE_SHORT: Mapping[str, str] = {
    "en": "These are too few to read anything from the curves. Compare a few answers with the base model's; more "
    "epochs make more points."
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
        return "diverging" if _risen(measured) else "diverging_gap"
    return facts.kind


def _risen(measured: Mapping[str, float]) -> bool:
    return measured.get("valid_last", 0.0) > measured.get("valid_best", 0.0) * _RISEN


def reading(
    facts: ReadingFacts | None, locale: str, method: str = "supervised", *, in_words: bool = False
) -> tuple[str, str]:
    """One sentence that reads the curves, and what to do; with `reinforcement` the curves are rewards.

    `in_words` leaves the numbers out, except for overfitting, where they are the reason.
    """
    if facts is None:
        return "", ""
    told: Mapping[str, object] = facts.numbers
    measured = {name: float(value) for name, value in told.items() if isinstance(value, int | float)}
    found = pick(_READINGS, locale).get(_variant(facts, measured, method))
    if found is None:
        return pick(_UNKNOWN, locale), ""
    full, bare, remedy = found
    if in_words and facts.kind != "diverging":
        return bare, remedy
    shown = {
        name: f"{value:,.0f}" if name.endswith("step") else numbers.loss(value)
        for name, value in measured.items()
    }
    if "gap_ratio" in measured:
        shown["gap_ratio"] = f"{measured['gap_ratio']:.1f}"
    wanted = {part.split("}")[0] for part in full.split("{")[1:]}
    return (fill(full, {}, **shown) if wanted <= shown.keys() else bare), remedy


def of_job(job: JobFacts, locale: str) -> tuple[str, str]:
    """The reading of a job that stands below its losses, with a remedy that names only what is there."""
    rewarded = job.method == "reinforcement"
    beside = (job.progress.reward_last if rewarded else job.progress.train_last) is not None
    sentence, remedy = reading(job.reading, locale, job.method, in_words=beside)
    if job.sparse and job.reading is not None and job.reading.kind != "no_points":
        normal = fill(pick(_SPARSE, locale), {}, service=jobs.service(job.provider))
        if job.reading.kind == "too_short":
            return normal, pick(_SPARSE_SHORT, locale)
        remedy = f"{remedy} {normal}"
    if job.reading is None or job.reading.kind != "diverging":
        return sentence, remedy
    return sentence, _against_overfitting(job, job.reading, locale) or remedy


def _against_overfitting(job: JobFacts, facts: ReadingFacts, locale: str) -> str:
    table = pick(_OVERFITTED, locale)
    better = checkpoints.better_than_last(job.checkpoints)
    if better is not None:
        shown = {"loss": numbers.loss(better.loss), "last": numbers.loss(better.last)}
        return fill(table["better"], {}, step=f"{better.checkpoint.step:,}", **shown)
    step = facts.numbers.get("valid_best_step")
    if not step or not _risen(facts.numbers):
        return ""  # the gap alone tells of it: there is no step to go back to
    last = job.progress.steps or job.progress.step or max((one.step for one in job.checkpoints), default=0)
    if checkpoints.kept_near(job.checkpoints, step, last):
        return ""
    epochs = _epochs_until(step, last, job.progress.epochs)
    key = "about" if epochs else "gone"
    return fill(table[key], {}, step=f"{step:,.0f}", epochs=numbers.count(epochs or 1, "epoch", locale))


def _epochs_until(step: float, last: int, epochs: int | None) -> int | None:
    """How many whole epochs end near `step`; None when that is not fewer than there were."""
    if not epochs or last <= 0:
        return None
    fewer = max(1, round(step / last * epochs))
    return fewer if fewer < epochs else None


def words(locale: str) -> Mapping[str, str]:
    """Headings of the table of checkpoints."""
    return pick(_WORDS, locale)
