"""A request about something that is bought before a training: what, for which job, what it costs, how it is undone."""

import re
from collections.abc import Mapping

from bot.facts.jobs import JobFacts
from bot.facts.requests import RequestFacts, TrainAsk
from handlers.wording import numbers
from handlers.wording.language import pick
from handlers.wording.markup import inline
from handlers.wording.said import fill

_TEXT: Mapping[str, Mapping[str, str]] = {
    "en": {
        "ask": "Buy a Marketplace subscription to {offer} and train {job}?",
        "what": "buy a Marketplace subscription to {offer} and train {job}",
        "about": "*This subscribes to {offer} in the Azure Marketplace, once for the project.* Training and "
        "hosting of the offer's models are billed through it.",
        "terms": "It accepts the publisher's terms (Azure Marketplace, {page}).",
        "cost": "This training: {cost}.",
        "no_cost": "What this training costs is not known.",
        "undo": "The bot does not end subscriptions: whoever administers the project deletes it in the portal.",
        "to_come": "the bot subscribes to {offer}, then the job starts by itself; its card shows how far it is.",
        "done": "{offer} is subscribed to and the job was sent; its card in the channel shows how far it is.",
        "card": "Subscribed to {offer} in the Azure Marketplace, as approved.",
        "ended": "nothing is bought and nothing is trained. {requester} can train a model that needs no subscription.",
    }
}
_OFFERS = "https://azuremarketplace.microsoft.com/marketplace/apps/"
_BEFORE = frozenset({"", "waiting"})
_NOT_SENT = frozenset({"refused", "cancelled"})


def _say(key: str, locale: str, ask: TrainAsk, **markup: str) -> str:
    params = {"offer": inline(ask.purchase, 80), "job": inline(ask.job, 20), **markup}
    return fill(pick(_TEXT, locale)[key], {}, **params)


def named(request: RequestFacts, key: str, locale: str) -> str:
    """The question (`ask`) or what it is about for the middle of a sentence (`what`); empty where nothing is bought."""
    ask = request.train
    return _say(key, locale, ask) if ask is not None and ask.purchase else ""


def about(ask: TrainAsk, locale: str) -> str:
    """What is bought, what the training costs beside it, and who can undo it."""
    cost = numbers.money(ask.cost, locale) if ask.cost is not None else ""
    told = _say("cost", locale, ask, cost=cost) if cost else _say("no_cost", locale, ask)
    terms = _say("terms", locale, ask, page=_page(ask))
    return f"{_say('about', locale, ask)} {terms} {told} {_say('undo', locale, ask)}"


def _page(ask: TrainAsk) -> str:
    """The offer, with its page where publisher and name are told."""
    name = inline(ask.purchase, 80)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}/[A-Za-z0-9_.-]{1,150}", ask.offer):
        return name
    return f"<{_OFFERS}{ask.offer.replace('/', '.', 1)}|{name}>"


def of_job(job: JobFacts, locale: str) -> str:
    """What was bought for a job; empty where nothing was."""
    return fill(pick(_TEXT, locale)["card"], {}, offer=inline(job.bought, 80)) if job.bought else ""


def following(request: RequestFacts, requester: str, locale: str) -> str:
    """What comes after its decision; empty where nothing is bought, or other words say it."""
    ask = request.train
    if ask is None or not ask.purchase:
        return ""
    if request.state != "approved":
        return _say("ended", locale, ask, requester=requester)
    if request.rollout in _NOT_SENT:
        return ""
    return _say("to_come" if request.rollout in _BEFORE else "done", locale, ask)
