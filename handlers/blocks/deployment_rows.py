"""A deployment in two lines: what lists, pickers and the Home tab share."""

from bot.facts.deployments import DeploymentFacts
from handlers.blocks import deployment_buttons as buttons
from handlers.blocks.primitives import Block, Element, section
from handlers.wording import deployments as words


def text(one: DeploymentFacts, locale: str) -> str:
    """Headline; then whose, what it costs, who calls it, when it is deleted."""
    parts = [
        words.owner(one, locale),
        words.say("foreign", locale) if one.foreign else "",
        words.model(one, locale),
        words.unfiltered(one, locale),
        words.hourly(one, locale) if one.state not in ("gone", "failed") else "",
        *words.watch(one, locale),
    ]
    trouble = words.trouble(one, locale)[:1]
    return "\n".join([words.headline(one, locale), " · ".join(part for part in parts if part), *trouble])


def row(
    one: DeploymentFacts, locale: str, accessory: Element | None = None, prefix: str = "deployed"
) -> Block:
    """A deployment in a list with its button."""
    return section(text(one, locale), accessory or buttons.opened(one, locale), f"{prefix}:{one.id}")
