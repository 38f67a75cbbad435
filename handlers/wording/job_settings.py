"""The settings of a training job in words."""

from collections.abc import Mapping

from bot.facts.jobs import JobFacts
from handlers.wording import jobs, numbers
from handlers.wording.language import pick
from handlers.wording.markup import inline

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "auto": "chosen by the service",
        "seed": "seed {seed}",
        "like": "settings of {job}",
    }
}


def setting(name: str, value: float | str, locale: str) -> str:
    """`Epochs 3`, `Batch size chosen by the service`, `Duration 3ep`; `name` is the label where one is known."""
    if isinstance(value, str):
        return f"{inline(name, 60)} {inline(value, 60)}"
    return f"{inline(name, 60)} {_say('auto', locale) if value == -1 else numbers.plain(value)}"


def settings(job: JobFacts, locale: str) -> str:
    """Hyperparameters, seed and method: `n_epochs 3 · batch_size chosen by the service · seed 7`."""
    parts = [
        setting(job.labels.get(name, name), value, locale) for name, value in job.hyperparameters.items()
    ]
    parts.append(_say("seed", locale, seed=str(job.seed)))
    parts.append(jobs.method(job.method, locale))
    if job.like:
        parts.append(_say("like", locale, job=inline(job.like, 20)))
    return " · ".join(parts)


def _say(key: str, locale: str, **params: str) -> str:
    return pick(_WORDS, locale)[key].format(**params)
