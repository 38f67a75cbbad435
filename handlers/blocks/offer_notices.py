"""Messages about what stands behind a deployment: the subscription to its base model, and its key."""

from bot.chat import Rendered
from bot.facts import deployment_notices as notices
from bot.facts.deployments import DeploymentFacts
from handlers.blocks import deployment_buttons as buttons
from handlers.blocks.deployment_notices import message
from handlers.wording import deployments as words
from handlers.wording.markup import bold, code, inline
from handlers.wording.offers_told import say


def offer(notice: notices.OfferChanged, locale: str) -> Rendered:
    """How the subscription stands now, what that means for calls, and who can do something."""
    one, key = notice.deployment, notice.offer
    name, base = words.title(one), bold(inline(one.base.rpartition("/")[2], 80))
    where = inline(one.connection, 60)
    headline = say(key, locale, name=name)
    lines = [
        say(f"{key}_what", locale, name=name, base=base, connection=where),
        say(f"{key}_next", locale),
        words.cost(one, locale) if key != "good" else "",
    ]
    row = [buttons.take_down(one, locale)] if key == "ended" and "take_down" in one.can else []
    return message(headline, lines, [*row, buttons.opened(one, locale)], f"offer:{one.id}")


def key_kept(notice: notices.KeyKept, locale: str) -> Rendered:
    """A key that could not be put into the Key Vault at first is there; never the key itself."""
    one = notice.deployment
    name = words.title(one)
    told = say("key_kept_what", locale, name=name, where=_where(one, locale)).strip()
    row = [buttons.snippet(one, locale)] if one.snippet is not None else []
    return message(say("key_kept", locale, name=name), [told], row, f"key_kept:{one.id}")


def _where(one: DeploymentFacts, locale: str) -> str:
    snippet = one.snippet
    if snippet is None or not snippet.key_secret:
        return ""
    vault = inline(snippet.key_vault.removeprefix("https://"), 120)
    return say("key_kept_where", locale, vault=vault, secret=code(snippet.key_secret, 127))
