"""What the curves say, in one sentence with its remedy.

The numbers of a reading are smoothed, those of a job's progress are single measurements: where the latter stand in
the line above, the sentence has none of its own, or it says that they are smoothed. The remedy for diverging curves,
fewer epochs or a smaller learning-rate multiplier, is the source document's; what is to be changed is called as the
service's own field for it.
"""

from collections.abc import Mapping
from types import MappingProxyType

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
                "Try {longer} or a larger {rate}, and check that the examples differ from what "
                "the base model answers anyway."
            ),
        ),
        "diverging": (
            (
                "Overfitting: the smoothed validation loss was best at step {valid_best_step} ({valid_best}) and "
                "ends at {valid_last}, while the training loss keeps falling."
            ),
            "Overfitting: the training loss falls, and the validation loss does not follow.",
            "Train again with {shorter} or a smaller {rate}.",
        ),
        "diverging_gap": (
            (
                "Overfitting: the smoothed validation loss ends at {valid_last}, {gap_ratio} times the training loss "
                "({last})."
            ),
            "Overfitting: the training loss falls, and the validation loss does not follow.",
            "Train again with {shorter} or a smaller {rate}.",
        ),
        "rising": (
            "The smoothed training loss rises from {first} to {last}: the training did not settle.",
            "The training loss rises: the training did not settle.",
            "Train again with a smaller {rate}.",
        ),
        "reward_rising": (
            "The smoothed reward rises from {first} to {last}.",
            "The reward rises.",
            "Compare a few answers with the base model's before it is used.",
        ),
        "reward_falling": (
            "The smoothed reward falls from {first} to {last}: the training went the wrong way.",
            "The reward falls: the training went the wrong way.",
            "Check the grader on a few examples, then train again with a smaller {rate}.",
        ),
        "reward_flat": (
            "The smoothed reward hardly moves ({first} at the start, {last} at the end): little was learned.",
            "The reward hardly moves: little was learned.",
            "Check that the grader tells good answers from bad ones.",
        ),
        "too_short": (
            "There are too few steps to read anything from the curves.",
            "There are too few steps to read anything from the curves.",
            "More examples or {longer} make more steps.",
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
        "{shorter} or a smaller {rate}.",
        "gone": "No checkpoint near step {step} is kept: train again with {shorter} or a smaller {rate}.",
        "about": "No checkpoint near step {step} is kept: train again with {shorter} or a smaller {rate} "
        "(about {epochs} would end near that step).",
    }
}
# how the fields are called that a remedy speaks of; (field's name, phrases), the last where none is known
_LENGTHS: Mapping[str, tuple[tuple[str, Mapping[str, str]], ...]] = {
    "en": (
        ("duration", {"shorter": "a shorter {label}", "longer": "a longer {label}"}),
        ("epochs", {"shorter": "fewer epochs", "longer": "more epochs"}),
    )
}
_RATE_NAME = "learning_rate"
_RATE: Mapping[str, str] = {"en": "learning rate"}
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


def _fields(labels: Mapping[str, str], locale: str) -> dict[str, str]:
    """What a remedy calls the fields that it speaks of: `shorter`, `longer`, `rate`."""
    rate = next((label for name, label in labels.items() if _RATE_NAME in name), pick(_RATE, locale))
    lengths = pick(_LENGTHS, locale)
    phrases, label = next(
        ((words, label) for part, words in lengths for name, label in labels.items() if part in name),
        (lengths[-1][1], ""),
    )
    told = {key: fill(text, {"label": _inside(label)}) for key, text in phrases.items()}
    return {**told, "rate": fill("{rate}", {"rate": _inside(rate)})}


def _inside(label: str) -> str:
    """A label inside a sentence; one that begins with an abbreviation stays as it is."""
    return label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"


def reading(
    facts: ReadingFacts | None,
    locale: str,
    method: str = "supervised",
    *,
    in_words: bool = False,
    labels: Mapping[str, str] = MappingProxyType({}),
) -> tuple[str, str]:
    """One sentence that reads the curves, and what to do; with `reinforcement` the curves are rewards.

    `in_words` leaves the numbers out, except for overfitting, where they are the reason. `labels` are those of the
    hyperparameters, by their names: the remedy calls them so.
    """
    if facts is None:
        return "", ""
    told: Mapping[str, object] = facts.numbers
    measured = {name: float(value) for name, value in told.items() if isinstance(value, int | float)}
    found = pick(_READINGS, locale).get(_variant(facts, measured, method))
    if found is None:
        return pick(_UNKNOWN, locale), ""
    full, bare, advice = found
    remedy = fill(advice, {}, **_fields(labels, locale))
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
    sentence, remedy = reading(job.reading, locale, job.method, in_words=beside, labels=job.labels)
    if job.sparse and job.reading is not None and job.reading.kind != "no_points":
        normal = fill(pick(_SPARSE, locale), {}, service=jobs.service(job.provider))
        if job.reading.kind == "too_short":
            return normal, pick(_SPARSE_SHORT, locale)
        remedy = f"{remedy} {normal}"
    if job.reading is None or job.reading.kind != "diverging":
        return sentence, remedy
    return sentence, _against_overfitting(job, job.reading, locale) or remedy


def _against_overfitting(job: JobFacts, facts: ReadingFacts, locale: str) -> str:
    table, fields = pick(_OVERFITTED, locale), _fields(job.labels, locale)
    better = checkpoints.better_than_last(job.checkpoints)
    if better is not None:
        shown = {"loss": numbers.loss(better.loss), "last": numbers.loss(better.last)}
        return fill(table["better"], {}, step=f"{better.checkpoint.step:,}", **shown, **fields)
    step = facts.numbers.get("valid_best_step")
    if not step or not _risen(facts.numbers):
        return ""  # the gap alone tells of it: there is no step to go back to
    last = job.progress.steps or job.progress.step or max((one.step for one in job.checkpoints), default=0)
    if checkpoints.kept_near(job.checkpoints, step, last):
        return ""
    epochs = _epochs_until(step, last, job.progress.epochs)
    key = "about" if epochs else "gone"
    about = numbers.count(epochs or 1, "epoch", locale)
    return fill(table[key], {}, step=f"{step:,.0f}", epochs=about, **fields)


def _epochs_until(step: float, last: int, epochs: int | None) -> int | None:
    """How many whole epochs end near `step`; None when that is not fewer than there were."""
    if not epochs or last <= 0:
        return None
    fewer = max(1, round(step / last * epochs))
    return fewer if fewer < epochs else None


def words(locale: str) -> Mapping[str, str]:
    """Headings of the table of checkpoints."""
    return pick(_WORDS, locale)
