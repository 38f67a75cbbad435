"""What all deployments together cost a month, and what waits beside it: the sums in a request and in its form."""

from collections.abc import Mapping

from bot.facts.requests import Bill, Waiting
from handlers.wording import numbers
from handlers.wording.language import pick
from handlers.wording.markup import inline
from handlers.wording.said import Params, fill

_TEXT: Mapping[str, Mapping[str, str]] = {
    "en": {
        "bill": "{which}: {before} a month now, {after} with this one.",
        "bill_during": "{which}: {before} now, {during} for {grace}, then {after}.",
        "bill_both": "{which}: {before} now, {during} while both are there, then {after}.",
        "bill_same": "{which}: {after} a month, as now.",
        "bill_all": "All deployments",
        "bill_always": "All deployments that are always on",
        "bill_asleep": "All deployments that sleep without calls",
        "bill_asleep_more": "On top, those that sleep without calls",
        "bill_most": "at most {amount}",
        "bill_unknown": "Without {deployments} whose price is not known.",
        "waiting": "Waiting too, and not in these sums: {requests}.",
        "waiting_one": "{request} ({more})",
        "waiting_more": "{more} more",
        "waiting_both": "{always} and {asleep}",
        "waiting_unknown": "price not known",
    }
}
_NAMED = 4
"""Waiting requests that are named; the others are counted."""


def _say(key: str, locale: str, params: Params | None = None, **markup: str) -> str:
    return fill(pick(_TEXT, locale)[key], params or {}, **markup)


def grace(hours: int) -> str:
    """`48 h`."""
    return f"{hours:,}{numbers.NBSP}h"


def bill_line(bill: Bill | None, grace_hours: int | None, locale: str) -> str:
    """`All deployments: $3,672 now, $4,896 for 48 h, then $3,672.`; None = how long both stay is not said here.

    What sleeps without calls is told apart: nobody knows how long it will be awake.
    """
    if bill is None:
        return ""
    always = (bill.before, bill.during, bill.after)
    asleep = (bill.asleep_before, bill.asleep_during, bill.asleep_after)
    shown = tuple(_whole(value, bill.currency) for value in always)
    if not any(asleep):
        parts = [_bill("bill_all", shown, grace_hours, locale)]
    else:
        most = tuple(_most(value, bill.currency, locale) for value in asleep)
        named = (
            [("bill_always", shown), ("bill_asleep_more", most)] if any(always) else [("bill_asleep", most)]
        )
        parts = [_bill(which, amounts, grace_hours, locale, split=True) for which, amounts in named]
    if bill.unknown:
        deployments = numbers.count(bill.unknown, "deployment", locale)
        parts.append(_say("bill_unknown", locale, deployments=deployments))
    if bill.waiting:
        parts.append(_waiting(bill.waiting, bill.currency, locale))
    return " ".join(parts)


def _bill(
    which: str, amounts: tuple[str, ...], grace_hours: int | None, locale: str, *, split: bool = False
) -> str:
    """One sum before, during and after; one of two that does not change is said once."""
    before, during, after = amounts
    name = _say(which, locale)
    if split and before == during == after:
        return _say("bill_same", locale, which=name, after=after)
    if during == after or grace_hours == 0:
        return _say("bill", locale, which=name, before=before, after=after)
    if grace_hours is None:
        return _say("bill_both", locale, which=name, before=before, during=during, after=after)
    shown = grace(grace_hours)
    return _say("bill_during", locale, which=name, before=before, during=during, after=after, grace=shown)


def _most(value: float, currency: str, locale: str) -> str:
    """`at most $1,800`; nothing is `$0`."""
    told = _whole(value, currency)
    return _say("bill_most", locale, amount=told) if value else told


def _whole(value: float, currency: str) -> str:
    """A month's amount; nothing is `$0`."""
    return (
        numbers.amount(value, currency).replace("0.00", "0")
        if value == 0
        else numbers.amount(value, currency)
    )


def _waiting(found: tuple[Waiting, ...], currency: str, locale: str) -> str:
    """`Waiting too, and not in these sums: A1 (+$533), A3 (price not known).`."""
    told = [
        _say("waiting_one", locale, request=inline(one.request, 20), more=_added(one, currency, locale))
        for one in found[:_NAMED]
    ]
    if len(found) > _NAMED:
        told.append(_say("waiting_more", locale, more=f"{len(found) - _NAMED:,}"))
    return _say("waiting", locale, requests=", ".join(told))


def _added(one: Waiting, currency: str, locale: str) -> str:
    """`+$533`, `at most +$1,800`, both, or that nobody knows."""
    if one.always is None:
        return _say("waiting_unknown", locale)
    always, asleep = _signed(one.always, currency), _signed(one.asleep, currency)
    if not one.asleep:
        return always
    most = _say("bill_most", locale, amount=asleep) if one.asleep > 0 else asleep
    return _say("waiting_both", locale, always=always, asleep=most) if one.always else most


def _signed(value: float, currency: str) -> str:
    return f"{'−' if value < 0 else '+'}{_whole(abs(value), currency)}"
