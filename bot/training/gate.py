"""The gate before trainings that cost much: dearer than may be spent without asking, or past the month's cap.

Both limits are in `[approvals]`. What a month cost is what was billed, and the estimate's high end where nothing was
billed yet; what was refused, or never reached the service, cost nothing. What cannot be compared with a limit is asked
for wherever there is one: a price in another currency, and a cost that nobody knows (`Unknown`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, select

from bot.config.settings import Settings
from bot.errors import BotError
from bot.facts.jobs import DataRef, Money
from bot.facts.requests import TrainAsk
from bot.store import jobs, requests
from bot.store.jobs import Job
from bot.store.requests import OPEN, Request
from bot.store.tables import job as table
from bot.training.facts import billed

Unknown = Literal["", "hours", "batches", "price", "tokens"]
"""Why nobody knows what a training costs: `hours` are billed, so many `batches` are ordered, no `price` is configured,
or the `tokens` of its data are not counted yet; "" = it is known."""

REQUEST = "request"
"""Key in `Job.asked`: number of the request that decides about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What is about to be started; `cost` None = not known, and then `unknown` says why.

    `settings` is a digest of its hyperparameters, which is part of what is approved.
    """

    name: str
    model: str
    connection: str
    train: DataRef
    cost: Money | None
    unknown: Unknown = "price"
    settings: str = ""


def needed(
    connection: Connection, settings: Settings, training: Training, *, now: datetime
) -> TrainAsk | None:
    """What has to be asked before this training starts (`job` is open), None = nothing.

    One whose cost is not known may come to any sum: it is asked for wherever there is a limit.
    """
    asked, cost = settings.approvals, training.cost
    limits = [float(one) for one in (asked.training_above, asked.monthly_cap) if one is not None]
    if not limits:
        return None
    spent = month_to_date(connection, asked.currency, now=now)
    strange = cost is not None and cost.currency != asked.currency
    why: Literal["above", "cap", "hours", "batches", "price", "tokens"]
    if cost is None:
        why, limit = training.unknown or "price", limits[0]
    elif asked.training_above is not None and (strange or cost.high > asked.training_above):
        why, limit = "above", float(asked.training_above)
    elif asked.monthly_cap is not None and (strange or spent + cost.high > asked.monthly_cap):
        why, limit = "cap", float(asked.monthly_cap)
    else:
        return None
    return TrainAsk(
        job="",
        name=training.name,
        model=training.model,
        connection=training.connection,
        train=training.train,
        cost=cost,
        settings=training.settings,
        why=why,
        limit=limit,
        spent=spent,
        currency=asked.currency,
    )


def month_to_date(connection: Connection, currency: str, *, now: datetime) -> float:
    """What the trainings of this calendar month (UTC) cost so far, and will cost, in `currency`."""
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    numbers = connection.execute(select(table.c.id).where(table.c.created_at >= first)).scalars().all()
    found = (jobs.get(connection, number) for number in numbers)
    return sum(_cost(job, currency) for job in found if job is not None)


def _cost(job: Job, currency: str) -> float:
    never_there = job.state == "refused" or (job.state == "cancelled" and job.remote_id is None)
    if never_there or not job.estimate:
        return 0.0
    money = billed(job) or Money.model_validate(job.estimate)
    return money.high if money.currency == currency else 0.0


def request_of(connection: Connection, job: Job) -> Request | None:
    """The request that decides whether a job may start; None = nobody was asked."""
    number = job.asked.get(REQUEST)
    if number is None:
        return None
    found = requests.get(connection, int(number))
    if found is None:
        raise BotError("intent_lost", {"intent": f"{REQUEST}:{number}"})
    return found


def undecided(connection: Connection, job: Job) -> bool:
    """Whether somebody has to decide before a job may start."""
    request = request_of(connection, job)
    return request is not None and request.state in OPEN
