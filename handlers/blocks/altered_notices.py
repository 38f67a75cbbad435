"""The message about a deployment that somebody changed at its service."""

from bot.chat import Rendered
from bot.facts.deployment_notices import DeploymentAltered
from bot.facts.deployments import DeploymentFacts
from handlers.blocks import deployment_buttons as buttons
from handlers.blocks.deployment_notices import message
from handlers.wording import deployments as words
from handlers.wording import requests_asks
from handlers.wording.deployments_told import say
from handlers.wording.markup import inline


def altered(notice: DeploymentAltered, locale: str) -> Rendered:
    """What it was, what it is, and what that costs."""
    one, was = notice.deployment, notice.was
    headline = say("altered", locale, name=words.title(one), service=words.service(one))
    lines = [
        say("altered_was", locale, what=_size(was, one, locale)),
        say("altered_is", locale, what=_size(one, was, locale)),
        say("altered_asked", locale, {"request": one.request}) if one.request else "",
        say("altered_next", locale, service=words.service(one)),
    ]
    down = [buttons.take_down(one, locale)] if "take_down" in one.can else []
    row = [buttons.opened(one, locale), *down]
    return message(headline, lines, row, f"altered:{one.id}", words.price_source(one, locale))


def _size(one: DeploymentFacts, other: DeploymentFacts, locale: str) -> str:
    """Its model where that is another one, how it is hosted, how large, and what an hour costs."""
    parts = [
        words.model(one, locale) if one.model != other.model else "",
        inline(one.sku_label or one.sku, 60),
        requests_asks.meaning(one.capacity, one.tokens_per_minute, one.requests_per_minute, locale, one.unit),
        words.hourly(one, locale),
    ]
    return " · ".join(part for part in parts if part)
