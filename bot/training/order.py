"""Ordering a training: what a person wants, checked against what we know, priced, and started once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.approvals.policy import auto_rule
from bot.approvals.requests import open_request
from bot.config.settings import Settings
from bot.datasets import services
from bot.datasets.fitting import fits
from bot.errors import BotError, Invalid, NotThere
from bot.facts.forms import TrainOrder, TrainSummary
from bot.facts.jobs import DataRef, Money
from bot.facts.requests import TrainAsk, Warnings
from bot.ids import dataset_name, number_of
from bot.people import Actor
from bot.store import connections, datasets, jobs, small
from bot.store.datasets import Dataset
from bot.store.jobs import Job
from bot.training import gate, submit
from bot.training.parameters import check_parameters
from bot.work import card_rows
from bot.work.outbox_rows import Target
from providers.base import Capabilities, Model, Provider, epochs

SEED_MAXIMUM = 2**31 - 1
SPLIT_MAXIMUM = 50
RETIRES_SOON_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An order whose parts exist and fit together."""

    order: TrainOrder
    model: Model
    train: Dataset
    valid: Dataset | None
    warnings: Warnings


def check(
    connection: Connection,
    order: TrainOrder,
    providers: Mapping[str, Provider],
    team_id: str,
    *,
    now: datetime,
) -> Checked:
    """The order with everything it names. Raises `Invalid` (with the field) or `NotThere`."""
    provider = providers.get(order.connection)
    if provider is None:
        raise NotThere("connection", {"given": order.connection})
    able = provider.capabilities
    if not able.training:
        raise Invalid(able.notice or "training_removed", {"given": order.connection}, field="connection")
    model = connections.model(connection, order.connection, order.model)
    if model is None:
        raise Invalid("model_unknown", {"given": order.model}, field="model")
    if model.training_ends is not None and model.training_ends <= now:
        params = {"model": model.short, "date": _day(model.training_ends), "instead": model.replacement}
        raise Invalid("model_retired", params, field="model")
    if not model.trainable:
        raise Invalid("model_not_trainable", {"model": model.short}, field="model")
    if order.method not in model.methods or order.method not in able.methods:
        raise Invalid("method", {"model": model.short, "methods": ", ".join(model.methods)}, field="model")
    _training_type(order, model, able)
    train = _dataset(connection, order.train, team_id, "train")
    valid = _dataset(connection, order.valid, team_id, "valid") if order.valid else None
    if valid is not None and not able.validation:
        raise Invalid("no_validation", {}, field="valid")
    _form(train, order.method, "train")
    if valid is not None:
        _form(valid, order.method, "valid")
    if order.split is not None:
        _split(order, valid, able)
    if valid is not None and valid.id == train.id:
        raise Invalid("same_file", {"dataset": train.label}, field="valid")
    check_parameters(order.hyperparameters, model.parameters(order.method))
    if order.seed is not None and not 0 <= order.seed <= SEED_MAXIMUM:
        raise Invalid("seed_range", {"maximum": SEED_MAXIMUM}, field="seed")
    check_suffix(order.suffix, able)
    _size(train, epochs_of(order, model), able)
    return Checked(
        order=order,
        model=model,
        train=train,
        valid=valid,
        warnings=_warnings(order, model, train, valid, able, now),
    )


def _training_type(order: TrainOrder, model: Model, able: Capabilities) -> None:
    known = [one.id for one in able.training_types]
    if not known:
        return
    if order.training_type is None or order.training_type not in known:
        raise Invalid("training_type_missing", {"types": ", ".join(known)}, field="training_type")
    if model.training_types and order.training_type not in model.training_types:
        fitting = ", ".join(one.label for one in able.training_types if one.id in model.training_types)
        raise Invalid("training_type", {"model": model.short, "types": fitting}, field="training_type")


def _dataset(connection: Connection, given: str, team_id: str, field: str) -> Dataset:
    number = number_of(given, "D")
    found = datasets.get(connection, number) if number else None
    if found is None or found.team_id != team_id:
        raise NotThere("dataset", {"given": given})
    if found.state != "ready":
        raise Invalid("dataset_state", {"dataset": found.label, "state": found.state}, field=field)
    return found


def _split(order: TrainOrder, valid: Dataset | None, able: Capabilities) -> None:
    if valid is not None:
        raise Invalid("split_and_file", {"dataset": valid.label}, field="split")
    if not able.split_validation or not 0 < (order.split or 0) <= SPLIT_MAXIMUM:
        raise Invalid("split_range", {"maximum": SPLIT_MAXIMUM}, field="split")


def _form(found: Dataset, method: str, field: str) -> None:
    """Raise `Invalid` for data whose form the method does not read."""
    if not fits(found.profile, method):
        form = (found.profile or "").replace("_", " ")
        raise Invalid("data_form", {"dataset": found.label, "form": form, "method": method}, field=field)


def check_suffix(suffix: str | None, able: Capabilities) -> None:
    """Raise `Invalid` when the service would refuse the suffix."""
    import re

    if not suffix:
        return
    rule = able.suffix
    if rule is None:
        raise Invalid("no_suffix", {}, field="suffix")
    if len(suffix) > rule.maximum:
        raise Invalid("suffix_long", {"maximum": rule.maximum, "length": len(suffix)}, field="suffix")
    if not re.fullmatch(rule.pattern, suffix):
        raise Invalid("suffix_characters", {}, field="suffix")


def _size(train: Dataset, epochs: int | None, able: Capabilities) -> None:
    most = able.limits.job_tokens
    if most is None or epochs is None or not train.tokens or train.tokens * epochs <= most:
        return
    params = {"tokens": train.tokens, "maximum": most, "epochs": max(1, most // train.tokens)}
    raise Invalid("job_tokens", params, field="hp:n_epochs")


def _warnings(
    order: TrainOrder, model: Model, train: Dataset, valid: Dataset | None, able: Capabilities, now: datetime
) -> Warnings:
    found: list[tuple[str, dict[str, str | int | float]]] = []
    if order.suffix and able.suffix and len(order.suffix) > able.suffix.advised:
        found.append(("suffix_advised", {"advised": able.suffix.advised, "length": len(order.suffix)}))
    if model.training_ends is not None and (model.training_ends - now).days <= RETIRES_SOON_DAYS:
        found.append(("model_retires", {"model": model.short, "date": _day(model.training_ends)}))
    if valid is None and able.validation and order.split is None:
        found.append(("no_validation", {}))
    if valid is not None and valid.sha256 and valid.sha256 == train.sha256:
        found.append(("same_content", {"train": train.label, "valid": valid.label}))
    return tuple(found)


def _day(at: datetime) -> str:
    return at.date().isoformat()


def epochs_of(order: TrainOrder, model: Model) -> int | None:
    """How many epochs are ordered; None when the service decides."""
    return epochs(model.parameters(order.method), order.hyperparameters)


def estimate(settings: Settings, checked: Checked) -> Money | None:
    """What it would cost at the configured price; a range of 1-3 epochs when the service decides."""
    price = settings.price_for(checked.order.connection, checked.model.base, checked.order.training_type)
    if price is None or checked.train.tokens is None:
        return None
    once = checked.train.tokens / 1_000_000 * float(price.training_per_million)
    epochs = epochs_of(checked.order, checked.model)
    low, high = (once * epochs, once * epochs) if epochs else (once, once * 3)
    return Money(
        low=low, high=high, currency=price.currency, source=price.source, as_of=price.as_of.isoformat()
    )


def approval_needed(
    connection: Connection, settings: Settings, checked: Checked, *, now: datetime
) -> TrainAsk | None:
    """What has to be asked before it starts (`[approvals]`: `training_above`, `monthly_cap`), None = nothing."""
    training = gate.Training(
        name=checked.order.suffix or checked.model.short,
        model=checked.model.short,
        connection=checked.order.connection,
        train=_ref(checked.train),
        cost=estimate(settings, checked),
    )
    return gate.needed(connection, settings, training, now=now)


def summary(
    settings: Settings, checked: Checked, intent: str, *, ask: TrainAsk | None = None
) -> TrainSummary:
    """What Start will do; `ask` is what has to be asked first."""
    epochs = epochs_of(checked.order, checked.model)
    tokens = checked.train.tokens
    return TrainSummary(
        order=checked.order,
        model=checked.model.short,
        train=_ref(checked.train),
        valid=_ref(checked.valid) if checked.valid else None,
        tokens=tokens,
        tokens_exact=checked.train.tokens_exact,
        billed_tokens=tokens * epochs if tokens is not None and epochs else None,
        epochs=epochs,
        cost=estimate(settings, checked),
        warnings=(
            *checked.warnings,
            *_price_warning(settings, checked),
            *data_warnings(checked, settings.connection(checked.order.connection).provider),
            *_approval_warning(settings, ask),
        ),
        intent=intent,
    )


def _approval_warning(settings: Settings, ask: TrainAsk | None) -> Warnings:
    """It will wait for people, unless a rule approves it at once."""
    if ask is None or auto_rule(settings, ask) is not None:
        return ()
    params: dict[str, str | int | float] = {
        "why": ask.why,
        "limit": ask.limit,
        "spent": ask.spent,
        "cost": ask.cost.high if ask.cost is not None else 0.0,
        "currency": ask.currency,
    }
    return (("needs_approval", params),)


def _price_warning(settings: Settings, checked: Checked) -> Warnings:
    """The configured price is for any training type, although they cost differently."""
    order = checked.order
    price = settings.price_for(order.connection, checked.model.base, order.training_type)
    if price is None or price.training_type is not None or order.training_type is None:
        return ()
    return (("price_any_type", {}),)


def data_warnings(checked: Checked, service: str) -> Warnings:
    """What the second pass over the data found that matters for this model: too long examples, overlap."""
    train, valid = checked.train, checked.valid
    found: list[tuple[str, dict[str, str | int | float]]] = []
    limit = services.options(service, checked.model.base).max_example_tokens
    longest = int(((train.report or {}).get("tokens") or {}).get("longest", 0))
    if limit is not None and longest > limit:
        found.append(("over_limit", {"longest": longest, "limit": limit, "model": checked.model.short}))
    if valid is not None and valid.pair == train.id:
        shared = int(((valid.report or {}).get("totals") or {}).get("validation_overlap", 0))
        if shared:
            found.append(("overlap", {"count": shared}))
    return tuple(found)


def _ref(found: Dataset) -> DataRef:
    return DataRef(id=dataset_name(found.id), name=found.name, examples=found.examples)


def start(
    connection: Connection,
    checked: Checked,
    *,
    actor: Actor,
    channel: str,
    intent: str,
    seed: int,
    settings: Settings,
    now: datetime,
    corr: str,
) -> int:
    """Write the intent: the job's row, its card, the task that creates it. Its number; the same for the same intent."""
    order = checked.order
    price = settings.price_for(order.connection, checked.model.base, order.training_type)
    cost = estimate(settings, checked)
    ask = approval_needed(connection, settings, checked, now=now)
    like = number_of(order.like or "", "J")
    values: dict[str, Any] = {
        "connection": order.connection,
        "intent_key": intent,
        "team_id": actor.team_id,
        "requester": actor.user_id,
        "channel": channel,
        "base_model": checked.model.id,
        "model_short": checked.model.short,
        "training_type": order.training_type,
        "method": order.method,
        "train": checked.train.id,
        "valid": checked.valid.id if checked.valid else None,
        "hyper": dict(order.hyperparameters),
        "seed": order.seed if order.seed is not None else seed,
        "suffix": order.suffix or None,
        "state": "waiting",
        "tokens": None,
        "estimate": cost.model_dump() if cost else None,
        "remote": {"per_million": float(price.training_per_million)} if price else {},
        "like_job": like,
    }
    number = jobs.add(connection, values, now=now)
    if number is None:
        known = jobs.by_intent(connection, intent)
        if known is None:
            raise BotError("intent_lost", {"intent": intent})
        return known.id
    job = jobs.get(connection, number)
    if job is None:
        raise BotError("intent_lost", {"intent": intent})
    small.record(
        connection,
        at=now,
        actor=actor.user_id,
        via="modal",
        action="job.ordered",
        subject=job.label,
        after=order.model_dump(mode="json"),
        corr=corr,
    )
    card_rows.place(
        connection, jobs.card_key(number), "job", job.label, job.team_id, Target(channel=channel), now=now
    )
    if ask is not None:
        asked = _ask_first(connection, job, ask, actor, settings=settings, now=now, corr=corr)
        jobs.change(connection, number, now=now, asked={gate.REQUEST: asked})
    submit.plant(connection, number, now=now, corr=corr)
    card_rows.touch(connection, f"home:{actor.user_id}", now=now)
    return number


def _ask_first(
    connection: Connection,
    job: Job,
    ask: TrainAsk,
    actor: Actor,
    *,
    settings: Settings,
    now: datetime,
    corr: str,
) -> int:
    """Open the request that decides whether the job starts; its number."""
    return open_request(
        connection,
        kind="training",
        target=job.label,
        ask=ask.model_copy(update={"job": job.label}),
        reason="",
        actor=actor,
        channel=job.channel,
        intent=f"train:{job.intent_key}",
        settings=settings,
        now=now,
        corr=corr,
        job=job.id,
    )
