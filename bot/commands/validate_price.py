"""What training on a checked file would cost, where a configuration knows it."""

import argparse
import os
from typing import TYPE_CHECKING

from bot.commands.base import CommandError, settings_of
from bot.commands.validate_names import shown

if TYPE_CHECKING:  # pydantic is not read where there is no configuration
    from bot.config.settings import Settings

_MILLION = 1_000_000


class Prices:
    """Knows what a million tokens cost, if anything does.

    A configuration that was named is read at once, so that its mistakes are told first; one that only lies there is
    read when a price is asked for.

    Raises:
        CommandError: `--config` names a configuration with mistakes.
    """

    def __init__(self, given: argparse.Namespace) -> None:
        self._given = given
        self._settings = settings_of(given) if given.config is not None else None

    def line(self, tokens: int) -> str:
        """`price: about $18 on …` for `tokens` billed tokens; empty where nobody knows a price, or asked for one."""
        given, settings = self._given, self._settings
        if not given.model:
            return "price: name the base model with --model\n" if settings is not None else ""
        if settings is None:
            from bot.config.load import locate

            if not locate(None, os.environ).exists():
                return ""
            try:
                settings = settings_of(given)
            except CommandError:
                return "price: not known, since the configuration has mistakes (tunesmith check names them)\n"
        return price_line(settings, given.service, given.model, tokens)


def price_line(settings: "Settings", service: str, model: str, tokens: int) -> str:
    """`price: about $18 (…)` for `tokens` billed tokens; empty where the configuration has no price for the model."""
    from bot.facts.jobs import Money
    from handlers.wording import numbers

    found = {
        settings.price_for(one.name, model, None) for one in settings.connections if one.provider == service
    }
    prices = sorted((one for one in found if one is not None), key=lambda one: one.training_per_million)
    prices = [one for one in prices if one.currency == prices[0].currency]
    if not prices or not tokens:
        return ""
    low, high = (float(one.training_per_million) * tokens / _MILLION for one in (prices[0], prices[-1]))
    first = prices[0]
    money = Money(
        low=low, high=high, currency=first.currency, source=first.source, as_of=first.as_of.isoformat()
    )
    return f"price: {numbers.money(money, 'en')} on {shown(model)} ({first.source}, as of {first.as_of.isoformat()})\n"
