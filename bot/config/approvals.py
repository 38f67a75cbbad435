"""`[approvals]`: who decides about what costs money; `[[hosting]]`: what hosting costs; `[watch]`: idle deployments."""

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from bot.config.base import Section
from bot.config.connections import finite
from bot.config.fields import ConnectionName, Currency, GroupId, Text, UserId, refuse

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
RequestKind = Literal["deployment", "training", "keep"]
Amount = Annotated[Decimal, AfterValidator(finite)]
NEVER = "never"


def _never(value: object) -> object:
    """TOML has no word for nothing: `never` says that there is no such limit."""
    return None if isinstance(value, str) and value.strip().casefold() == NEVER else value


Limit = Annotated[Amount | None, BeforeValidator(_never)]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Role(Section):
    """Who has a role: everyone of the home team, these people, members of these user groups."""

    everyone: bool = False
    users: tuple[UserId, ...] = ()
    groups: tuple[GroupId, ...] = ()

    @property
    def nobody(self) -> bool:
        """Whether no person can have this role."""
        return not (self.everyone or self.users or self.groups)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise refuse("bad_time_zone") from None
    return name


class WorkingHours(Section):
    """When approvers are reminded. `start` and `end` are wall-clock times in `time_zone`."""

    days: tuple[Day, ...] = DAYS[:5]
    start: time = time(9)
    end: time = time(17)
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"


class Freeze(Section):
    """Nothing is rolled out from `start` to `end`; `reason` is told."""

    start: AwareDatetime
    end: AwareDatetime
    reason: Text


class AutoApproval(Section):
    """What needs nobody. Everything that is set must fit; `name` is what the request says approved it.

    Attributes:
        connection: glob over the connection's name.
        sku: the SKU's id, any case; None = every SKU.
        below: a month of hosting (or the training) costs less than this; an unknown price never fits.
    """

    name: Text
    kind: RequestKind = "deployment"
    connection: Text = "*"
    sku: Text | None = None
    below: Amount | None = None


class PolicyRule(Section):
    """A policy of its own for a kind of request or for connections (glob). The first that fits counts; what it leaves
    out comes from `[approvals]` and `[roles]`."""

    kind: RequestKind | None = None
    connection: Text = "*"
    count: Annotated[int, Field(ge=1, le=20)] | None = None
    approvers: Role | None = None
    self_approval: bool | None = None
    closes_hours: Annotated[float, Field(gt=0)] | None = None


class ApprovalsSettings(Section):
    """`[approvals]`.

    Attributes:
        count: how many distinct approvers.
        self_approval: whether who asks may approve too.
        closes_hours: when a request closes undecided. remind_hours: first reminder; each next waits twice as long.
        grace_hours: how long a replaced deployment stays after its successor answers.
        training_above: a training estimated above this is asked for first; None = never.
        monthly_cap: likewise once the month's trainings reach this; both in `currency`.
        keep_above: keeping a deployment that costs more than this is asked for first; None (`"never"`) = never.
        freeze_file: while this file exists (or cannot be looked at) nothing is rolled out; its text is the reason.
        break_glass: who may roll out without approvals and in a freeze, with a reason told to everybody.
    """

    count: Annotated[int, Field(ge=1, le=20)] = 1
    self_approval: bool = False
    closes_hours: Annotated[float, Field(gt=0)] = 72
    remind_hours: Annotated[float, Field(gt=0)] = 4
    working_hours: WorkingHours = WorkingHours()
    grace_hours: Annotated[float, Field(ge=0)] = 48
    training_above: Limit = None
    monthly_cap: Limit = None
    keep_above: Limit = Decimal(0)
    currency: Currency = "USD"
    freeze_file: Path | None = None
    freezes: tuple[Freeze, ...] = ()
    break_glass: Role = Role()
    rules: tuple[PolicyRule, ...] = ()
    auto: tuple[AutoApproval, ...] = ()


class WatchSettings(Section):
    """`[watch]`: how often deployments are looked at, and when their owners hear of it.

    Attributes:
        look_minutes: between two looks at a connection (one list and one metrics request).
        nudge_days: idle days after which the owner is told what it costs.
        warn_days: days before a deletion for idleness. warn_hours: hours before a deletion for age.
        retire_days: days before the base model's retirement, in both phases.
    """

    look_minutes: Annotated[float, Field(gt=0)] = 15
    nudge_days: Annotated[float, Field(gt=0)] = 2
    warn_days: tuple[Annotated[int, Field(ge=1)], ...] = (5, 2, 1)
    warn_hours: tuple[Annotated[int, Field(ge=1)], ...] = (6, 1)
    retire_days: tuple[Annotated[int, Field(ge=1)], ...] = (90, 30, 7)


class HostingPrice(Section):
    """What an hour of hosting costs, called or not, with who says so. `sku` None = every SKU but the free ones.

    Attributes:
        per_hour: of the whole deployment, however large. per_unit_hour: of `unit_size` of its capacity, counted as the
            form does (tokens per second, provisioned units), which depends on the SKU. Exactly one of both is given.
    """

    model: Text
    connection: ConnectionName | None = None
    sku: Text | None = None
    per_hour: Amount | None = None
    per_unit_hour: Amount | None = None
    unit_size: Annotated[int, Field(ge=1)] = 1
    currency: Currency = "USD"
    source: Text
    as_of: date

    def hourly(self, capacity: int) -> Decimal | None:
        """What an hour of a deployment of this capacity costs.

        None where the price is by capacity, and what the service tells of the deployment has none.
        """
        if self.per_unit_hour is None:
            return self.per_hour
        return self.per_unit_hour * capacity / self.unit_size if capacity > 0 else None


def choose_hosting(
    prices: Iterable[HostingPrice], connection: str, model: str, sku: str
) -> HostingPrice | None:
    """The most exact price for hosting base model `model`; None when the configuration has none."""
    fitting = [
        price
        for price in prices
        if price.connection in (None, connection)
        and (price.sku is None or price.sku.casefold() == sku.casefold())
        and fnmatchcase(model, price.model)
    ]
    return max(fitting, key=_exactness, default=None)


def _exactness(price: HostingPrice) -> tuple[bool, bool, int, date]:
    literal = sum(character not in "*?[]" for character in price.model)
    return price.connection is not None, price.sku is not None, literal, price.as_of


def in_freeze(freezes: Iterable[Freeze], now: datetime) -> Freeze | None:
    """The freeze of this moment."""
    return next((one for one in freezes if one.start <= now < one.end), None)
