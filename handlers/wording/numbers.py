"""Numbers as people read them: with their unit, and with where money comes from."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from bot.facts.jobs import Money
from handlers.wording.language import pick
from handlers.wording.markup import inline

NBSP = "\u00a0"
"""Keeps a number and its unit, or the parts of a date, on one line."""
_NOUNS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "en": {
        "error": ("error", "errors"),
        "warning": ("warning", "warnings"),
        "hint": ("hint", "hints"),
        "example": ("example", "examples"),
        "line": ("line", "lines"),
        "token": ("token", "tokens"),
        "epoch": ("epoch", "epochs"),
        "step": ("step", "steps"),
        "job": ("job", "jobs"),
        "file": ("file", "files"),
        "checkpoint": ("checkpoint", "checkpoints"),
        "hour": ("hour", "hours"),
        "attempt": ("attempt", "attempts"),
        "dataset": ("dataset", "datasets"),
        "turn": ("turn", "turns"),
        "place": ("place", "places"),
        "request": ("request", "requests"),
        "deployment": ("deployment", "deployments"),
        "approval": ("approval", "approvals"),
        "round": ("round", "rounds"),
        "thing": ("thing", "things"),
        "text": ("text", "texts"),
        "finding": ("finding", "findings"),
        "system prompt": ("system prompt", "system prompts"),
    }
}
_SYMBOLS: Mapping[str, str] = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def count(number: int, noun: str, locale: str) -> str:
    """`2,140 examples`, `1 example`."""
    one, many = pick(_NOUNS, locale).get(noun, (noun, noun))
    return f"{number:,} {one if number == 1 else many}"


def counts(values: Mapping[str, int], locale: str) -> str:
    """`14 errors, 2 warnings` of what is not zero."""
    return ", ".join(count(number, noun, locale) for noun, number in values.items() if number)


def short(number: float) -> str:
    """`1.21 M`, `834 K`, `512`: three figures that count, never with an exponent."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "K")):
        # 999,600 would round to "1000 K"; it is 1 M
        if abs(number) >= size * 0.9995:
            return f"{_figures(number / size)} {letter}"
    return f"{number:.0f}"


def _figures(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 999.5 else f"{value:,.0f}"


def tokens(number: int, exact: bool, locale: str) -> str:
    """`1.21 M tokens (estimate)`; small exact counts are written out."""
    words = pick({"en": {"exact": "exact", "estimate": "estimate"}}, locale)
    kind = words["exact"] if exact else words["estimate"]
    return f"{measured_tokens(number, locale)} ({kind})"


def measured_tokens(number: int, locale: str) -> str:
    """`3.63 M tokens`, for what the service counted itself."""
    one, many = pick(_NOUNS, locale)["token"]
    return f"{short(number)} {one if number == 1 else many}"


def size(number: int) -> str:
    """`4.2 MB`, in units of 1,000 as Slack shows file sizes; limits of services in MiB are written as they do."""
    value = float(number)
    for unit in ("bytes", "KB", "MB"):
        if value < 999.5:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.3g} {unit}"
        value /= 1000
    return f"{_figures(value)} GB"


def storage(number: int) -> str:
    """`812 MB`, `1 GB`, in units of 1,024, for limits that the service counts so and calls 1 GB."""
    value = float(number)
    for unit in ("bytes", "KB", "MB"):
        if value < 1023.5:
            return f"{value:.0f} {unit}" if unit == "bytes" or value >= 100 else f"{value:.3g} {unit}"
        value /= 1024
    return f"{_figures(value)} GB"


def loss(value: float) -> str:
    """A loss with two decimals; small ones keep two figures, so that 0.0007 does not read as zero."""
    if value != value or value in (float("inf"), float("-inf")):
        return "not a number"
    if abs(value) >= 1000 or (value and abs(value) < 0.001):
        return f"{value:.2g}"
    return f"{value:.2f}" if abs(value) >= 0.095 or not value else f"{value:.2g}"


def percent(fraction: float) -> str:
    """`58 %`, rounded down, so that 100 is never said before the end."""
    # 0.58 * 100 is a hair below 58
    value = int(max(0.0, min(1.0, fraction)) * 100 + 1e-6)
    return f"{value}{NBSP}%"


def share(fraction: float) -> str:
    """An accuracy: `81.2 %`."""
    return f"{fraction * 100:.1f}{NBSP}%"


def plain(value: float) -> str:
    """A hyperparameter in full: `3`, `0.05`, `0.00002`; never `3.0`, never `2e-05`."""
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value)}"
    return f"{Decimal(repr(float(value))):f}" if 1e-12 < abs(value) < 1e15 else f"{value:.6g}"


def amount(value: float, currency: str) -> str:
    """`$18`, `$1.70`, `$10.8 G`, `EUR`-like codes without a symbol in front."""
    figure = short(value) if value >= 1e9 else f"{value:,.0f}" if value >= 10 else f"{value:.2f}"
    symbol = _SYMBOLS.get(currency)
    return f"{symbol}{figure}" if symbol else f"{figure} {inline(currency, 8)}"


def rounded(value: float) -> float:
    """An amount as `amount` shows it: what is added up from shown amounts must be the sum that is shown."""
    return float(f"{value:.0f}") if value >= 10 else float(f"{value:.2f}")


def money(value: Money, locale: str) -> str:
    """`about $18`, `$12 to $18` or `up to $0.05`, without its source: for places that name the source elsewhere."""
    words = pick({"en": ("about", "to", "less than", "up to")}, locale)
    if 0 < value.high < 0.01:
        return f"{words[2]} {amount(0.01, value.currency)}"
    low, high = amount(value.low, value.currency), amount(value.high, value.currency)
    if value.low < 0.005 <= value.high:
        return f"{words[3]} {high}"
    return f"{words[0]} {high}" if low == high else f"{low} {words[1]} {high}"


def exact(value: Money, locale: str) -> str:
    """`$18`, or `$12 to $18`: an amount that is no guess."""
    if 0 < value.high < 0.01:
        return money(value, locale)
    low, high = amount(value.low, value.currency), amount(value.high, value.currency)
    return high if low == high else f"{low} {pick({'en': 'to'}, locale)} {high}"


def money_source(value: Money, locale: str) -> str:
    """`price: tunesmith.toml, as of 1 Nov 2026`; the date stays on one line."""
    return price_source(value.source, value.as_of, locale)


def price_source(source: str, dated: str, locale: str) -> str:
    """As `money_source`, for a price that is no amount yet; `dated` is a day such as `2026-11-01`."""
    price, as_of = pick({"en": ("price", "as of")}, locale)
    day = f", {as_of} {_day(dated)}" if dated else ""
    return f"{price}: {inline(source, 120)}{day}"


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return inline(text, 40).replace(" ", NBSP)
    return f"{day.day}{NBSP}{day:%b}{NBSP}{day.year}"


def cost(value: Money, locale: str) -> str:
    """`about $18 (price: tunesmith.toml, as of 2026-11-01)`."""
    return f"{money(value, locale)} ({money_source(value, locale)})"
