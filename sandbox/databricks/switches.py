"""What the panel may change in the stand-in at any time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final


class UnknownSwitchError(ValueError):
    """The panel set a switch that does not exist, or to a value that it cannot have."""


@dataclass(slots=True)
class Switches:
    """The switches; seconds are those at speed 1.

    - `speed`: factor on everything that takes time, > 0;
    - `hold_pending`: no run leaves PENDING;
    - `training`: `offered`, `removed_404` or `removed_403` (how the fine-tuning endpoint answers once it is gone);
    - `missing_grants`: privileges taken away from every caller, as `"CREATE_MODEL main.finetuning"`, or
      `"CAN_USE a1b2c3d4e5f60708"` for the warehouse;
    - `fail_next`: how the next run that starts to train ends (`loss_spike`, `high_loss`, `timeout`,
      `registration`), once;
    - `unknown_status`: this word is answered as the status of runs that have not ended;
    - `unknown_events`: whether runs also tell an event of a type that no document names;
    - `registration_seconds`: how long a model version stays PENDING_REGISTRATION;
    - `deploy_seconds`: how long an endpoint takes to READY; `cold_start_seconds`: how long it takes to wake;
    - `cold_start`: what a call to a sleeping endpoint meets, `slow` (it waits) or `refuse` (503);
    - `idle_seconds`: without a call for this long, an endpoint with scale to zero sleeps;
    - `fail_deployment`: the message with which the next change of an endpoint fails, once;
    - `usage_lag_seconds`: how long after a call the usage table shows it;
    - `system_tables`: `granted`, `denied` or `absent`;
    - `warehouse_seconds`: how long a statement is PENDING;
    - `throttle_next`: so many of the next requests are answered 429, `retry_after` is their Retry-After ("" = none);
    - `login_page`: every request is answered with the HTML page of a login, as by a wrong host.
    """

    speed: float = 1.0
    hold_pending: bool = False
    training: str = "offered"
    missing_grants: tuple[str, ...] = ()
    fail_next: str | None = None
    unknown_status: str | None = None
    unknown_events: bool = False
    registration_seconds: float = 2.0
    deploy_seconds: float = 8.0
    cold_start_seconds: float = 6.0
    cold_start: str = "slow"
    idle_seconds: float = 60.0
    fail_deployment: str | None = None
    usage_lag_seconds: float = 3.0
    system_tables: str = "granted"
    warehouse_seconds: float = 0.5
    throttle_next: float = 0
    retry_after: str = "1"
    login_page: bool = False

    def as_json(self) -> dict[str, Any]:
        """All switches, as the panel shows them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Set some switches; nothing is changed when one of them is wrong. Raises UnknownSwitchError."""
        checked = {name: _checked(name, value) for name, value in changes.items()}
        for name, value in checked.items():
            setattr(self, name, value)


def _amount(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 <= value < float("inf")


def _positive(value: Any) -> bool:
    return _amount(value) and value > 0


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _text_or_none(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value != "")


def _texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)


def _one_of(*words: str | None) -> Callable[[Any], bool]:
    return lambda value: value in words


_CHECKS: Final[dict[str, Callable[[Any], bool]]] = {
    "speed": _positive,
    "hold_pending": _flag,
    "training": _one_of("offered", "removed_404", "removed_403"),
    "missing_grants": _texts,
    "fail_next": _one_of(None, "loss_spike", "high_loss", "timeout", "registration"),
    "unknown_status": _text_or_none,
    "unknown_events": _flag,
    "registration_seconds": _amount,
    "deploy_seconds": _amount,
    "cold_start_seconds": _amount,
    "cold_start": _one_of("slow", "refuse"),
    "idle_seconds": _amount,
    "fail_deployment": _text_or_none,
    "usage_lag_seconds": _amount,
    "system_tables": _one_of("granted", "denied", "absent"),
    "warehouse_seconds": _amount,
    "throttle_next": _amount,
    "retry_after": _text,
    "login_page": _flag,
}


def _checked(name: str, value: Any) -> Any:
    check = _CHECKS.get(name)
    try:
        fine = check is not None and check(value)
    except TypeError as error:
        raise UnknownSwitchError(name) from error
    if not fine:
        raise UnknownSwitchError(name)
    return tuple(value) if name == "missing_grants" else value
