"""The modal "Keep": dates until which an idle deployment may be kept, with what they cost. Reads only."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.config.settings import Settings
from bot.deployments.facts import deployment_facts
from bot.deployments.idle import rules_for
from bot.deployments.keep import cost_until, needs_approval, not_kept
from bot.deployments.parsing import parse_until
from bot.deployments.reminders import hours_of
from bot.errors import Invalid, WrongState
from bot.facts.deploy_forms import KeepChoice, KeepForm
from bot.facts.deployments import DeploymentFacts
from bot.people import Actor
from bot.store.deployments import Deployment
from providers.base import Provider

USUAL_DAYS = (30, 90)
MOST_DAYS = 3650
DAY = timedelta(days=1)


def keep_form(
    connection: Connection,
    found: Deployment,
    settings: Settings,
    providers: Mapping[str, Provider],
    actor: Actor,
    *,
    chosen: str,
    now: datetime,
) -> KeepForm:
    """The choices: the service's own period first, longer ones, the day until which it is wanted, and what was chosen.

    `chosen` is a number of days or a day (`2027-01-31`); one that cannot be is left out, and the first is chosen.

    Raises:
        WrongState: `deployment_state`; what `bot.deployments.keep.not_kept` makes where calls do not keep it.
    """
    facts = checked(connection, found, settings, providers, now=now)
    period = period_days(facts, providers)
    given = [str(days) for days in dict.fromkeys((period, *(d for d in USUAL_DAYS if d > period)))]
    hours = hours_of(connection, settings, actor.user_id)
    if found.until is not None and found.until > now:
        given.append(found.until.astimezone(hours.zone).date().isoformat())
    if chosen and chosen not in given:
        given.append(chosen)
    choices = []
    for value in given:
        try:
            until = until_of(connection, settings, actor, value, now)
        except Invalid:
            continue
        cost = cost_until(facts, until, now)
        choices.append(
            KeepChoice(
                value=value,
                days=int(value) if value.isdigit() else None,
                until=until,
                cost=cost,
                needs_approval=needs_approval(settings, facts, cost),
            )
        )
    wanted = next((one for one in choices if one.value == chosen), choices[0])
    return KeepForm(deployment=facts, choices=tuple(choices), chosen=wanted)


def checked(
    connection: Connection,
    found: Deployment,
    settings: Settings,
    providers: Mapping[str, Provider],
    *,
    now: datetime,
) -> DeploymentFacts:
    """Its facts, when it can be kept. Raises as `keep_form`."""
    if found.state != "live":
        params = {"deployment": found.title, "action": "keep", "state": found.state}
        raise WrongState("deployment_state", params)
    facts = deployment_facts(connection, found, settings, providers, now=now)
    if "keep" not in facts.can:
        raise not_kept(found, providers)
    return facts


def period_days(facts: DeploymentFacts, providers: Mapping[str, Provider]) -> int:
    """Whole days for which one call keeps it."""
    provider = providers.get(facts.connection)
    hosting = provider.hosting if provider is not None else None
    rules = rules_for(hosting.rules if hosting is not None else (), facts.sku)
    idle = next((rule for rule in rules if rule.id == "idle"), None)
    return max(1, idle.after // DAY) if idle is not None else USUAL_DAYS[0]


def until_of(connection: Connection, settings: Settings, actor: Actor, given: str, now: datetime) -> datetime:
    """Until when: so many days from now, or the end of the working hours of a day.

    Raises:
        Invalid: at `until`: `until_form`, `until_past`.
    """
    text = given.strip()
    if text.isascii() and text.isdigit() and len(text) <= 4:
        if not 1 <= int(text) <= MOST_DAYS:
            raise Invalid("until_form", {"given": text}, field="until")
        return now + int(text) * DAY
    return parse_until(text, hours_of(connection, settings, actor.user_id), now)
