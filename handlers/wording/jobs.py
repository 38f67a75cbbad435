"""Sentences about training jobs: state, next step, progress."""

from collections.abc import Mapping

from bot.facts.jobs import ENDED, JobFacts, Money
from handlers.wording import numbers
from handlers.wording.language import pick
from handlers.wording.markup import bold, inline, time_of_day, when
from handlers.wording.services import evaluates, service_name

_DOTS: Mapping[str, str] = {
    "waiting": "⚪",
    "submitting": "⚪",
    "uncertain": "🟠",
    "refused": "🛑",
    "pending": "🟡",
    "running": "🟢",
    "pausing": "🟠",
    "paused": "🟠",
    "resuming": "🟡",
    "succeeded": "✅",
    "failed": "🛑",
    "cancelled": "⚫",
}
_STATES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "waiting": "Waiting to be sent",
        "submitting": "Being started",
        "uncertain": "Unclear whether it started",
        "refused": "Not started",
        "pending": "In the queue",
        "running": "Running",
        "pausing": "Pausing",
        "paused": "Paused",
        "resuming": "Resuming",
        "succeeded": "Trained",
        "failed": "Failed",
        "cancelled": "Cancelled",
    }
}
_NEXT: Mapping[str, Mapping[str, str]] = {
    "en": {
        "waiting": "{service} answers with the job's id.",
        "submitting": "{service} answers with the job's id.",
        "uncertain": "look at {service} and say what you see.",
        "refused": "change what {service} names and train again; nothing is running.",
        "pending": "{service} starts it when it has capacity; that can take hours.",
        "running": "its safety evaluation, then charts in the thread.",
        "pausing": "{service} finishes the present step and saves a checkpoint.",
        "paused": "resume it, or cancel it. Its checkpoint can be used after a safety evaluation.",
        "resuming": "{service} carries on from the checkpoint.",
        "succeeded": "look at the charts and pick a checkpoint in the results.",
        "failed": "read the reason in the thread, then train again.",
        "cancelled": "nothing. Train again with the same settings when you want it.",
    }
}
# what waits: (state word, what is the matter, what comes next)
_WAITS: Mapping[str, Mapping[tuple[str, str], tuple[str, str, str]]] = {
    "en": {
        ("waiting", ""): ("Being sent to {service}", "", "{service} answers with the job's id."),
        ("waiting", "data"): (
            "Waiting for its data",
            "",
            "{service} finishes processing the file, then the job starts by itself.",
        ),
        ("waiting", "service"): (
            "Waiting for {service}",
            "{service} asks to come later.",
            "it is tried again by itself.",
        ),
        ("waiting", "approval"): (
            "Waiting for approval",
            "It costs more than may be spent without asking.",
            "the approvers decide about {request}; then it starts by itself.",
        ),
        ("waiting", "hours"): (
            "Waiting for approval",
            "It is billed by the hour, so what it costs is not known before.",
            "the approvers decide about {request}; then it starts by itself.",
        ),
        ("waiting", "batches"): (
            "Waiting for approval",
            "Its length is given in batches, so what it costs is not known before.",
            "the approvers decide about {request}; then it starts by itself.",
        ),
        ("waiting", "price"): (
            "Waiting for approval",
            "No price is configured for it, so what it costs is not known before.",
            "the approvers decide about {request}; then it starts by itself.",
        ),
        ("waiting", "tokens"): (
            "Waiting for approval",
            "The tokens of its data are not counted yet, so what it costs is not known before.",
            "the approvers decide about {request}; then it starts by itself.",
        ),
        ("waiting", "purchase"): (
            "Waiting for approval",
            "Its model has to be subscribed to first, which is a purchase.",
            "the approvers decide about {request}; then it is bought and the job starts by itself.",
        ),
        ("submitting", "answer"): (
            "Being started",
            "No answer came.",
            "it is looked for at {service} until {until}.",
        ),
    }
}
_NO_LIMIT: Mapping[str, str] = {"en": "it is looked for at {service}."}
_TYPES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "standard": "Standard training",
        "standard (regional)": "Standard training",
        "global": "Global training",
        "globalstandard": "Global training",
        "data zone": "Data zone training",
        "datazone": "Data zone training",
        "datazonestandard": "Data zone training",
        "developer": "Developer training",
        "developertier": "Developer training",
    }
}
_METHODS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "supervised": "supervised",
        "completion": "text completion",
        "instruction": "instruction (prompt and response)",
        "pretraining": "continued pretraining",
        "dpo": "preference (DPO)",
        "reinforcement": "reinforcement (RFT)",
    }
}
_TRAINED_NEXT: Mapping[str, str] = {"en": "look at the charts, then ask to deploy it."}
_ENDED_NEXT: Mapping[str, str] = {"en": "look at the charts."}
_EVAL_NEXT: Mapping[str, str] = {"en": "train loss and epochs as they come, then charts in the thread."}
_CARD: Mapping[str, Mapping[str, str]] = {
    "en": {
        "next": "Next:",
        "expects": "{service} expects it to end {at}.",
        "ended": "Ended {at} after {took}.",
        "epoch_of": "Epoch {epoch} of {epochs}",
        "epoch": "Epoch {epoch}",
        "step_of": "step {step} of {steps}",
        "step": "step {step}",
        "loss_from": "train loss {last} (from {first})",
        "loss": "train loss {last}",
        "valid": "validation {last}",
        "compare": "validation {last} ({job}: {other})",
        "compare_here": "validation {last} ({job} here: {other})",
        "compare_end": "validation {last} ({job} at its end: {other})",
        "reward": "reward {last} (from {first})",
        "accuracy": "token accuracy {share}",
        "no_numbers": "no measurements yet",
        "updated": "updated {at}",
        "service_word": '{service} says "{word}"',
        "muted": "messages muted",
        "held_back": "the service holds back a share for validation",
        "as_estimated": "{cost} billed, as estimated",
        "billed": "{cost} billed, {estimate} was estimated",
        "billed_more": "{cost} billed, {share} more than estimated ({estimate})",
        "billed_less": "{cost} billed, {share} less than estimated ({estimate})",
    }
}


def _say(key: str, locale: str, **params: str) -> str:
    return pick(_CARD, locale)[key].format(**params)


def dot(state: str) -> str:
    """The one symbol at the start of a job's line."""
    return _DOTS.get(state, "⚪")


def state_word(state: str, locale: str) -> str:
    """A state in words; one that we do not know is shown as it is."""
    return pick(_STATES, locale).get(state, inline(state, 40))


def _waiting(job: JobFacts, locale: str) -> tuple[str, str, str] | None:
    """(state word, what is the matter, what comes next) of a job that is not at the service yet."""
    found = pick(_WAITS, locale).get((job.state, job.waits))
    if found is None:
        return None
    word, matter, following = found
    if "{until}" in following and job.waits_until is None:
        following = pick(_NO_LIMIT, locale)
    names = {
        "service": service(job.provider),
        "until": time_of_day(job.waits_until) if job.waits_until else "",
        "request": inline(job.request or "", 20) or "…",
    }
    return word.format(**names), matter.format(**names), following.format(**names)


def state_of(job: JobFacts, locale: str) -> str:
    """The state of a job in words, with what it waits for."""
    waiting = _waiting(job, locale)
    return waiting[0] if waiting else state_word(job.state, locale)


def inside(words: str) -> str:
    """A phrase that stood at the start of a line, for the middle of a sentence: names keep their capitals."""
    return words[:1].lower() + words[1:]


def service(provider: str) -> str:
    """What people call the service."""
    return inline(service_name(provider), 40) or "The service"


def training_type(word: str | None, locale: str) -> str:
    """`Global training`, for an id or a label of the provider; an unknown type in the service's own word."""
    if not word:
        return ""
    return pick(_TYPES, locale).get(word.lower(), inline(word, 40))


def method(word: str, locale: str) -> str:
    """How the model is trained."""
    return pick(_METHODS, locale).get(word, inline(word, 40))


def chosen_method(word: str, locale: str) -> str:
    """The same, with a capital; empty for the usual one."""
    name = "" if word == "supervised" else method(word, locale)
    return f"{name[:1].upper()}{name[1:]}"


def title(job: JobFacts) -> str:
    """`J142 support-v12`: the id of ours and the name people gave, as markup."""
    return f"{inline(job.id, 20)} {inline(job.name, 60)}".strip()


def headline(job: JobFacts, locale: str) -> str:
    """The first line of a card: dot, state, which job, how far."""
    parts = [state_of(job, locale), title(job)]
    if job.state == "running" and job.progress.fraction is not None:
        parts.append(numbers.percent(job.progress.fraction))
    return f"{dot(job.state)} {bold(' · '.join(parts))}"


def next_step(job: JobFacts, locale: str) -> str:
    """What happens next, or what the person does next."""
    waiting = _waiting(job, locale)
    if waiting:
        _, matter, following = waiting
        return " ".join(part for part in (matter, bold(_say("next", locale)), following) if part)
    text = pick(_NEXT, locale).get(job.state, "")
    if job.state == "running" and not evaluates(job.provider):
        text = pick(_EVAL_NEXT, locale)
    if job.state == "succeeded" and not any(one.deployable for one in job.checkpoints):
        text = pick(_TRAINED_NEXT if job.result_model else _ENDED_NEXT, locale)
    return f"{bold(_say('next', locale))} {text.format(service=service(job.provider))}" if text else ""


def expectation(job: JobFacts, locale: str) -> str:
    """When it ends by the service's account, or when it ended and how long it took."""
    from handlers.wording.time import between

    if job.state == "refused":
        return ""  # it never began
    if job.finished_at is not None and job.state in ENDED:
        took = between(job.submitted_at or job.created_at, job.finished_at)
        return _say("ended", locale, at=when(job.finished_at), took=took)
    # in the queue the service names an end as well, and then takes hours to begin
    if job.eta is not None and job.state in {"running", "resuming"}:
        return _say("expects", locale, service=service(job.provider), at=when(job.eta))
    return ""


def progress(job: JobFacts, locale: str) -> str:
    """`Epoch 2 of 3, step 372 of 642 · train loss 0.61 (from 1.84) · validation 0.74 (J139 here: 0.81)`; may be
    empty."""
    now = job.progress
    where: list[str] = []
    if now.epoch is not None:
        epoch = str(max(1, int(now.epoch) if float(now.epoch).is_integer() else int(now.epoch) + 1))
        if now.epochs is not None:
            epochs = numbers.plain(now.epochs)
            epoch = str(min(int(epoch), int(now.epochs))) if now.epochs >= 1 else epoch
            where.append(_say("epoch_of", locale, epoch=epoch, epochs=epochs))
        else:
            where.append(_say("epoch", locale, epoch=epoch))
    if now.step is not None:
        if now.steps is not None:
            where.append(_say("step_of", locale, step=f"{now.step:,}", steps=f"{now.steps:,}"))
        else:
            where.append(_say("step", locale, step=f"{now.step:,}"))
    place = ", ".join(where)
    parts = [place[:1].upper() + place[1:]] if place else []
    return " · ".join([*parts, *losses(job, locale)])


def losses(job: JobFacts, locale: str) -> list[str]:
    """Losses and accuracy so far, one phrase each."""
    now = job.progress
    parts: list[str] = []
    if now.train_last is not None:
        last = numbers.loss(now.train_last)
        if now.train_first is not None:
            parts.append(_say("loss_from", locale, last=last, first=numbers.loss(now.train_first)))
        else:
            parts.append(_say("loss", locale, last=last))
    if now.valid_last is not None:
        last = numbers.loss(now.valid_last)
        if job.compare is not None:
            other, value = job.compare
            key = "compare" if job.state in ENDED else "compare_here" if job.compare_here else "compare_end"
            parts.append(_say(key, locale, last=last, job=inline(other, 20), other=numbers.loss(value)))
        else:
            parts.append(_say("valid", locale, last=last))
    if now.reward_last is not None:
        first = now.reward_first if now.reward_first is not None else now.reward_last
        parts.append(_say("reward", locale, last=numbers.loss(now.reward_last), first=numbers.loss(first)))
    if now.token_accuracy is not None:
        parts.append(_say("accuracy", locale, share=numbers.share(now.token_accuracy)))
    return parts


def data(job: JobFacts) -> str:
    """`D61 + D58`."""
    ids = [job.train.id] + ([job.valid.id] if job.valid else [])
    return " + ".join(inline(one, 20) for one in ids)


def held_back(job: JobFacts, locale: str) -> str:
    """Where validation comes from that nobody sent; empty where that is not so."""
    return _say("held_back", locale) if job.holds_back else ""


def price(job: JobFacts) -> Money | None:
    """The final cost when it is known, else the estimate; None where nothing is billed or to be paid.

    For a job that ended badly the estimate says nothing, and that nothing was charged is told with its source.
    """
    value = job.cost or (None if job.state in ENDED - {"succeeded"} else job.estimate)
    return value if value is not None and value.high > 0 else None


def money(job: JobFacts, locale: str) -> str:
    """`about $18`; empty without a price."""
    value = price(job)
    return numbers.money(value, locale) if value else ""


def billed(job: JobFacts, locale: str) -> str:
    """`$18 billed, $17 was estimated (6 % more)`; what `money` says where there is nothing to compare."""
    cost, estimate = job.cost, job.estimate
    comparable = cost is not None and estimate is not None and cost.currency == estimate.currency
    if cost is None or estimate is None or not comparable or cost.high <= 0 or estimate.high <= 0:
        return money(job, locale)
    shown = numbers.exact(cost, locale)
    if estimate.low <= cost.high <= estimate.high or numbers.exact(estimate, locale) == shown:
        return _say("as_estimated", locale, cost=shown)
    nearest = estimate.high if cost.high > estimate.high else estimate.low
    share = abs(cost.high - nearest) / nearest if nearest > 0 else 0.0
    if not 0.005 <= share < 10:
        return _say("billed", locale, cost=shown, estimate=numbers.exact(estimate, locale))
    key = "billed_more" if cost.high > nearest else "billed_less"
    percent = f"{share * 100:.0f}{numbers.NBSP}%"
    return _say(key, locale, cost=shown, estimate=numbers.exact(estimate, locale), share=percent)


def money_source(job: JobFacts, locale: str) -> str:
    """Where the amount of `money` comes from."""
    value = price(job)
    return numbers.money_source(value, locale) if value else ""


def service_word(job: JobFacts, locale: str) -> str:
    """The service's own word for the state, where it says something else than ours."""
    if not job.raw_state or job.raw_state.lower() == job.state:
        return ""
    return _say("service_word", locale, service=service(job.provider), word=inline(job.raw_state, 40))


def updated(job: JobFacts, locale: str) -> str:
    """`updated 15:02`."""
    return _say("updated", locale, at=time_of_day(job.updated_at))


def muted(job: JobFacts, locale: str) -> str:
    """`messages muted`, or nothing."""
    return _say("muted", locale) if job.muted else ""
