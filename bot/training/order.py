"""Ordering a training: what a person wants, checked against what we know, priced, and started once."""

import hashlib
import json
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection

from bot.approvals.policy import auto_rule
from bot.approvals.requests import open_request
from bot.config.handover import provider_settings
from bot.config.settings import Settings
from bot.datasets import deriving
from bot.errors import BotError
from bot.facts.forms import TrainOrder, TrainSummary
from bot.facts.jobs import DataRef, Money
from bot.facts.requests import TrainAsk, Warnings
from bot.ids import dataset_name, number_of
from bot.naming import base_name
from bot.people import Actor
from bot.store import jobs, small
from bot.store.datasets import Dataset
from bot.store.jobs import Job
from bot.training import gate, lengthy, submit
from bot.training.checking import Checked
from bot.training.lengths import length_warnings
from bot.work import card_rows
from bot.work.outbox_rows import Target
from providers.base import Extent, extent
from providers.registry import service


def extent_of(checked: Checked) -> Extent:
    """How much is ordered: epochs or tokens; neither when the service decides."""
    order = checked.order
    return extent(checked.model.parameters(order.method), order.hyperparameters)


def estimate(settings: Settings, checked: Checked) -> Money | None:
    """What it would cost at the configured price; a range of 1-3 epochs when the service decides.

    None without a price, and where hours are billed or batches are ordered: prices are those of tokens.
    """
    ordered = extent_of(checked)
    if checked.timed or not ordered.measured:
        return None
    price = settings.price_for(checked.order.connection, checked.model.base, checked.order.training_type)
    # Tokens that are ordered are all that is billed, whatever the data holds.
    tokens = ordered.tokens if ordered.tokens is not None else checked.train.tokens
    if price is None or tokens is None:
        return None
    once = tokens / 1_000_000 * float(price.training_per_million)
    times = 1 if ordered.tokens is not None else ordered.epochs
    low, high = (once * times, once * times) if times else (once, once * 3)
    return Money(
        low=low, high=high, currency=price.currency, source=price.source, as_of=price.as_of.isoformat()
    )


def approval_needed(
    connection: Connection, settings: Settings, checked: Checked, *, now: datetime
) -> TrainAsk | None:
    """What has to be asked before it starts (`[approvals]`: `training_above`, `monthly_cap`), None = nothing."""
    training = gate.Training(
        name=checked.order.suffix or base_name(checked.model.short),
        model=checked.model.short,
        connection=checked.order.connection,
        train=_ref(checked.train),
        cost=estimate(settings, checked),
        unknown=_unknown(settings, checked),
        settings=_digest(checked.order),
    )
    return gate.needed(connection, settings, training, now=now)


def _digest(order: TrainOrder) -> str:
    """SHA-256 (64 hexadecimal digits) of the hyperparameters."""
    told = json.dumps(order.hyperparameters, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def _unknown(settings: Settings, checked: Checked) -> gate.Unknown:
    """Why `estimate` has no answer, "" where it has one."""
    if checked.timed:
        return "hours"
    ordered, order = extent_of(checked), checked.order
    if not ordered.measured:
        return "batches"
    if settings.price_for(order.connection, checked.model.base, order.training_type) is None:
        return "price"
    return "tokens" if ordered.tokens is None and checked.train.tokens is None else ""


def summary(
    settings: Settings, checked: Checked, intent: str, *, ask: TrainAsk | None = None
) -> TrainSummary:
    """What Start will do; `ask` is what has to be asked first."""
    ordered, tokens = extent_of(checked), checked.train.tokens
    measure: Literal["epochs", "tokens", "batches"] = (
        "batches" if not ordered.measured else "tokens" if ordered.tokens is not None else "epochs"
    )
    return TrainSummary(
        order=checked.order,
        model=checked.model.short,
        train=_ref(checked.train),
        valid=_ref(checked.valid) if checked.valid else None,
        tokens=tokens,
        tokens_exact=checked.train.tokens_exact,
        billed_tokens=None if checked.timed else _billed(ordered, tokens),
        timed=checked.timed,
        measure=measure,
        epochs=ordered.epochs,
        labels={one.name: one.label for one in checked.model.parameters(checked.order.method)},
        cost=estimate(settings, checked),
        warnings=(
            *checked.warnings,
            *_price_warning(settings, checked),
            *data_warnings(checked, settings.connection(checked.order.connection).provider),
            *_approval_warning(settings, ask),
            *_purchase_warning(settings, checked),
        ),
        intent=intent,
        provider=settings.connection(checked.order.connection).provider,
        holds_back=checked.holds_back,
        licence=checked.model.licence,
    )


def _billed(ordered: Extent, tokens: int | None) -> int | None:
    if ordered.tokens is not None:
        return ordered.tokens
    return tokens * ordered.epochs if tokens is not None and ordered.epochs else None


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


def _purchase_warning(settings: Settings, checked: Checked) -> Warnings:
    """What is remembered of the subscription; it is looked at again once it is ordered, before anything is sent."""
    standing = checked.model.subscription
    if not checked.model.subscribed or standing == "subscribed":
        return ()
    at = settings.connection(checked.order.connection)
    buys = service(at.provider).buys(provider_settings(at))
    if standing in ("absent", "unsubscribed"):
        code = "must_buy" if buys else "cannot_buy"
    elif standing:
        code = f"subscription_{standing}"
    else:
        code = "may_buy" if buys else "subscription_needed"
    return ((code, {"model": checked.model.short}),)


def _price_warning(settings: Settings, checked: Checked) -> Warnings:
    """The configured price is for any training type, although they cost differently."""
    order = checked.order
    price = settings.price_for(order.connection, checked.model.base, order.training_type)
    if checked.timed or price is None or price.training_type is not None or order.training_type is None:
        return ()
    return (("price_any_type", {}),)


def data_warnings(checked: Checked, service: str) -> Warnings:
    """What was found in the data that matters for this order: its lengths (`bot.training.lengths`), overlap."""
    train, valid = checked.train, checked.valid
    found = [*length_warnings(checked, service)]
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
    train, valid = _sides(connection, checked, actor, now=now, corr=corr)
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
        "train": train,
        "valid": valid,
        "hyper": dict(order.hyperparameters),
        "seed": order.seed if order.seed is not None else seed,
        "suffix": order.suffix or None,
        "state": "waiting",
        "tokens": None,
        "estimate": cost.model_dump() if cost else None,
        "remote": {"per_million": float(price.training_per_million)} if price and cost else {},
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
    labels = {one.name: one.label for one in checked.model.parameters(order.method)}
    lengthy.share(connection, job, labels, now=now)
    if ask is not None:
        asked = _ask_first(connection, job, ask, actor, settings=settings, now=now, corr=corr)
        jobs.change(connection, number, now=now, asked={gate.REQUEST: asked})
    submit.plant(connection, number, now=now, corr=corr)
    card_rows.touch(connection, f"home:{actor.user_id}", now=now)
    return number


def _sides(
    connection: Connection, checked: Checked, actor: Actor, *, now: datetime, corr: str
) -> tuple[int, int | None]:
    """The datasets to train on and to validate on; a share that is held back is made of the training data."""
    share, origin = checked.order.split, checked.train
    if share is None:
        return origin.id, checked.valid.id if checked.valid else None

    def side(name: str, role: str, pair: int | None) -> int:
        at = checked.order.connection
        made = deriving.as_held(origin, share, name, at)
        number, _ = deriving.derive(
            connection,
            origin,
            made,
            pair=pair,
            actor=actor.user_id,
            via="modal",
            now=now,
            corr=corr,
            at=at,
            role=role,
        )
        return number

    train = side("train", "training", None)
    return train, side("valid", "validation", train)


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
