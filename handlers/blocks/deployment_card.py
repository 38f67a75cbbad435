"""The live card of a deployment, and the snapshot that one person asks for."""

from bot.chat import Rendered
from bot.facts.deployments import DeploymentFacts
from handlers.blocks import deployment_buttons as buttons
from handlers.blocks.primitives import Block, actions, as_message, footer, section, web_url
from handlers.wording import deployments as words
from handlers.wording.deployments_told import say as say_told
from handlers.wording.lists import say as say_list
from handlers.wording.markup import escape, fallback, when


def build(one: DeploymentFacts, locale: str) -> Rendered:
    """The card in the channel, edited in place."""
    return _message(one, locale, "deployment", "")


def snapshot(one: DeploymentFacts, locale: str, card_url: str = "") -> Rendered:
    """The same as an answer, with the way to the card that stays up to date."""
    url = web_url(card_url)
    link = say_list("card", locale, url=escape(url).replace("|", "%7C")) if url else ""
    return _message(one, locale, "snapshot", link)


def _message(one: DeploymentFacts, locale: str, kind: str, link: str) -> Rendered:
    headline, lines = words.headline(one, locale), body(one, locale)
    blocks: list[Block] = [
        section("\n".join([headline, *lines])),
        *actions(buttons.controls(one, locale), f"{kind}:{one.id}"),
        *footer(
            link,
            words.raw(one, locale),
            words.price_source(one, locale) if one.state != "failed" else "",
            (words.monitor(one, locale) if one.state == "live" else "") or words.updated(one, locale),
        ),
    ]
    return Rendered(fallback(headline, *lines), as_message(blocks))


def body(one: DeploymentFacts, locale: str) -> list[str]:
    """The lines below the headline."""
    ended = one.state in ("gone", "failed")
    lines = [
        words.what(one, locale),
        _gone(one, locale) if one.state == "gone" else words.cost(one, locale) if not ended else "",
        words.sentence(words.watch(one, locale)),
        *words.trouble(one, locale),
        words.next_step(one, locale),
    ]
    return [line for line in lines if line]


def _gone(one: DeploymentFacts, locale: str) -> str:
    """When it went, and what it has cost."""
    at = when(one.gone_at) if one.gone_at is not None else ""
    spent = words.say("spent", locale, amount=words.bound(one, one.spent, locale)) if one.spent else ""
    by = (
        say_told("taken_instead", locale, {"successor": one.replaced_by_name or one.replaced_by})
        if one.replaced_by
        else ""
    )
    return " · ".join(part for part in (at, spent, by) if part)
