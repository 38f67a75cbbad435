"""Sentences about the subscription behind a deployment, and about its key. `{…}` parts are markup already."""

from collections.abc import Mapping

from handlers.wording.language import pick
from handlers.wording.said import Params, fill

_TEXT: Mapping[str, Mapping[str, str]] = {
    "en": {
        "suspended": "⚠ *{name}: the subscription to its base model is suspended*",
        "suspended_what": "{base} is sold through the Azure Marketplace and could not be billed. Until that is settled "
        "the service answers no calls of {name}, and trains no new version of it.",
        "suspended_next": "Whoever pays for the Azure subscription settles its payment; it works again by itself, and "
        "the bot tells you then.",
        "ended": "⚠ *{name}: the subscription to its base model has ended*",
        "ended_what": "{base} is sold through the Azure Marketplace, and the project of {connection} is not subscribed "
        "to it any more. The service answers no calls of {name}.",
        "ended_next": "Somebody with the rights to buy subscribes again in Azure AI Studio. Nobody needs it any more? "
        "Take it down.",
        "good": "✅ *{name}: the subscription to its base model is in order again*",
        "good_what": "{base} is paid for, and the service answers calls of {name} as before.",
        "good_next": "Nothing is to be done.",
        "key_kept": "🔑 *The key of {name} is in the Key Vault now*",
        "key_kept_what": "The first try, made when {name} began to answer, failed; a later one put it there. {where}",
        "key_kept_where": "Programs find it in {vault} as {secret}.",
    }
}


def say(key: str, locale: str, params: Params | None = None, **markup: str) -> str:
    """One sentence; `params` come from anywhere, `markup` is safe already."""
    return fill(pick(_TEXT, locale)[key], params or {}, **markup)
