"""Why a training job ended badly: what happened, what it means, what to do (azure_openai.md sections 1.4, 5, 6).

The kinds are those of `providers.failures`. "Nothing was charged" is only said with its source.
"""

from collections.abc import Mapping

from bot.facts.jobs import FailureFacts, JobFacts
from handlers.wording import error_hints, errors, fixes, jobs, numbers, requirements
from handlers.wording.language import pick
from handlers.wording.markup import bold, inline, quoted
from handlers.wording.said import Said, fill
from handlers.wording.services import of_kind

# kind: (happened, meaning, remedy); {what} are the harm categories, {service} who says it
_KINDS: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        "data_refused": (
            "{service}'s safety check refused the training data",
            "It found {what} before training began.",
            (
                "{service} does not say which lines. Review examples on these topics, then train again with the same "
                "settings. Medical, legal and HR texts can be false alarms."
            ),
        ),
        "model_refused": (
            "{service}'s safety evaluation refused the trained model",
            (
                "The training ran to its end; then the model itself answered test prompts with {what} above the "
                "service's threshold, so it cannot be deployed."
            ),
            (
                "Review examples on these topics and look for answers that go along with harmful requests, then train "
                "again. The thresholds are {service}'s and do not follow your content filter."
            ),
        ),
        "data_invalid": (
            "{service} refused the training data as not valid",
            "Its own check of the lines failed before training began.",
            "Open the data's report, repair the lines that it names, send the file again and train with it.",
        ),
        "preprocessing": (
            "{service} failed while it prepared the data",
            "The file was taken in, and its preparation for training stopped before the first step.",
            (
                "Train again once with the same settings; if it stops there again, look for very long examples and "
                "unusual characters in the data, and give {service}'s support the request id."
            ),
        ),
        "capacity": (
            "{service} has no room for this job",
            "The capacity for training this model is used up for now; it is neither your data nor your settings.",
            "Train again later, or with another training type.",
        ),
        "training_type": (
            "This model is not trained with the chosen training type",
            (
                '{service} says "does not support fine-tuning with Standard TrainingType" also when the model is '
                "trainable and only wants another type."
            ),
            "Train again and choose Global, Data zone or Developer as the training type.",
        ),
        "file_not_ready": (
            "{service} had not finished taking in the file",
            "A job needs files that are processed; this one was not yet.",
            "Train again with the same settings in a few minutes; if it comes back, send the file again.",
        ),
        "file_not_imported": (
            "{service} could not take in the file",
            "The upload arrived, its processing failed there.",
            "Send the file again; when it fails twice, look at its encoding and size.",
        ),
        "model_not_trainable": (
            "This model cannot be fine-tuned here",
            "The model, its version or the region is not open for fine-tuning, or it is retired.",
            "Train again with a model from the list; the list shows only what this connection offers.",
        ),
        "system_error": (
            "{service} had a fault of its own",
            "It is neither your data nor your settings.",
            "Train again with the same settings. If it happens twice, give {service}'s support the request id.",
        ),
        "quota": (
            "A limit of the resource is reached",
            "{service} limits the jobs of a resource{jobs_hint}.",
            "Wait for a job to end, or have old jobs deleted; `connections` shows what is used.",
        ),
        "payment_needed": (
            "{service} cannot be paid for this training",
            "The subscription has no valid payment method, or is a free or trial one, which cannot be billed.",
            "Whoever pays for the subscription settles that; then train again with the same settings.",
        ),
        "method_required": (
            "This model is trained with another method",
            "{service} trains it by another method than supervised fine-tuning.",
            "Train again with a model that takes this kind of data.",
        ),
        "data_not_taken": (
            "Its data could not be brought to {service}",
            "The job waited for it and was not sent.",
            "Open the data's report, send the file again and train with it.",
        ),
        "not_approved": (
            "The approvers did not let it start",
            "{decided}",
            "Train again with less data, fewer epochs or another model, or talk to the approvers first.",
        ),
        "unknown": (
            "The job failed at {service}",
            "The reason is not one that we know; {service}'s own words are quoted.",
            "Look at the job's log. When the words do not help, give {service}'s support the request id.",
        ),
    }
}
_CATEGORIES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "hate_fairness": "hate or unfairness",
        "hate": "hate",
        "self_harm": "self-harm",
        "sexual": "sexual content",
        "violence": "violence",
    }
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "and": "and",
        "something": "something it does not name",
        "free": "Nothing was charged ({source}).",
        "documentation": "{service}'s documentation",
        "log_zero": "job log: 0 tokens",
        "billed": "Job log: {tokens} billed.",
        "not_told": "{service} did not say whether anything was charged.",
        "no_job": "No job was created, so nothing was charged.",
        "no_reason": "{service} gave no reason.",
        "rejected": "The request was rejected.",
        "expired": "Nobody decided before the request closed.",
        "undecided": "It was not approved.",
        "its_words": "{service} told why; its own words are quoted.",
        "kept": "text kept here, {service} drops it",
        "kept_too": "text kept here",
        "request": "request {id}",
    }
}

NOT_APPROVED = "not_approved"
"""The kind of a job that people did not let start: its text is theirs, not the service's."""

ABOUT_DATA = frozenset({"data_refused", "model_refused", "data_invalid", "preprocessing", "data_not_taken"})
"""Kinds whose remedy is other data."""


def known_kinds() -> frozenset[str]:
    """Kinds with sentences of their own."""
    return frozenset(_KINDS["en"])


def categories(names: tuple[str, ...], locale: str) -> str:
    """Harm categories in plain words: `*violence* and *self-harm*`."""
    table = pick(_CATEGORIES, locale)
    words = pick(_WORDS, locale)
    shown = [bold(table.get(name, inline(name.replace("_", " "), 40))) for name in names[:8]]
    if not shown:
        return words["something"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {words['and']} {shown[-1]}"


def charge(failure: FailureFacts, provider: str, locale: str, *, created: bool = True) -> str:
    """What was charged, always with who says so; `created` is whether there was a job at the service at all."""
    words = pick(_WORDS, locale)
    if not created:
        return words["no_job"]
    who = jobs.service(provider)
    if failure.tokens_billed:
        return fill(words["billed"], {}, tokens=numbers.measured_tokens(failure.tokens_billed, locale))
    sources = []
    if failure.charged is False:
        sources.append(fill(words["documentation"], {}, service=who))
    if failure.tokens_billed == 0:
        sources.append(words["log_zero"])
    if sources:
        return fill(words["free"], {}, source="; ".join(sources))
    return fill(words["not_told"], {}, service=who)


def explain(job: JobFacts, locale: str) -> Said:
    """Why this job failed or was refused."""
    failure = job.failure or FailureFacts(kind="unknown")
    who = jobs.service(job.provider)
    table = pick(_KINDS, locale)
    words = pick(_WORDS, locale)
    if failure.kind == requirements.KIND:
        return requirements.explain(failure, locale, who)
    if failure.kind not in table:
        for code in (failure.kind, failure.code):
            if errors.is_known(code):
                params = {
                    "model": job.model,
                    "training_type": job.training_type or "Standard",
                    "name": job.train.name,
                }
                return errors.explain(
                    code,
                    params,
                    locale,
                    text=failure.text,
                    request_id=failure.request_id,
                    provider=job.provider,
                )
    happened, meaning, remedy = table.get(failure.kind, table["unknown"])
    known = fixes.fix(job.provider, failure.params, locale)
    remedy = known or remedy
    if known and table.get(failure.kind, table["unknown"]) is table["unknown"]:
        meaning = words["its_words"]
    if failure.kind == "data_not_taken" and errors.is_known(failure.code):
        why = errors.explain(failure.code, {}, locale, provider=job.provider)
        meaning, remedy = f"{why.happened}. {why.meaning}", why.remedy
    what = categories(failure.categories, locale)
    ours = failure.kind == NOT_APPROVED
    no_reason = "" if ours else fill(words["no_reason"], {}, service=who)
    text = quoted(failure.text) if failure.text.strip() else no_reason
    decided = words.get(failure.code, words["undecided"]) if ours else ""
    return Said(
        happened=fill(happened, {}, service=who),
        meaning=fill(
            meaning, {}, service=who, what=what, decided=decided, **error_hints.limits(job.provider, locale)
        ),
        remedy=fill(remedy, {}, service=who),
        quote=text,
        request_id=failure.request_id,
    )


def small_print(failure: FailureFacts | None, provider: str, locale: str) -> list[str]:
    """Where the text is kept and what support asks for."""
    words = pick(_WORDS, locale)
    if failure is None or failure.kind == NOT_APPROVED:
        return []
    known = of_kind(provider)
    kept = words["kept" if known is not None and known.drops_failures else "kept_too"]
    parts = [fill(kept, {}, service=jobs.service(provider))] if failure.text.strip() else []
    if failure.request_id:
        parts.append(fill(words["request"], {"id": failure.request_id}))
    return parts
