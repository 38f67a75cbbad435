"""The calls of the last 24 hours, read from the service right before somebody decides."""

from datetime import timedelta
from typing import Any

from bot.deployments.expiry import call_span, own_calls
from bot.deployments.facts import deployment_facts
from bot.deployments.record import hosting_of, problem_of
from bot.deployments.seen import is_older
from bot.deps import Deps
from bot.errors import BotError
from bot.facts.deploy_forms import TakeDownForm
from bot.facts.deployments import ProblemFacts
from bot.store.deployments import Deployment
from providers.errors import ProviderError

DAY = timedelta(days=1)


async def known_calls(deps: Deps, found: Deployment, *, reading: bool) -> TakeDownForm:
    """What is known without asking the service."""
    now = deps.clock.now()
    facts = await deps.store.read(
        lambda c: deployment_facts(c, found, deps.settings, deps.providers, now=now)
    )
    return TakeDownForm(
        deployment=facts,
        calls_day=None,
        last_call=facts.last_call,
        last_call_until=facts.last_call_until,
        reading=reading,
    )


async def read_calls(deps: Deps, found: Deployment) -> TakeDownForm:
    """The calls as the service measures them now; why not, when it cannot be asked."""
    form = await known_calls(deps, found, reading=False)
    hosting = hosting_of(deps, found.connection)
    if hosting is None:
        error = BotError("no_hosting", {"connection": found.connection})
        return form.model_copy(update={"problem": problem_of(error)})
    try:
        usage = await hosting.usage(deps.clock.now() - DAY)
    except ProviderError as trouble:
        return form.model_copy(update={"problem": problem_of(trouble)})
    if not usage.known or found.name in usage.unmeasured:
        return form.model_copy(update={"problem": ProblemFacts(code="metric_unknown")})
    if is_older(usage.read_at, found, found.created_remote):
        return form.model_copy(update={"problem": ProblemFacts(code="calls_not_read")})
    use = next((one for name, one in usage.uses.items() if name.casefold() == found.name.casefold()), None)
    counted = use.calls if use is not None else 0
    now = deps.clock.now()
    own = min(counted, own_calls(found, now - DAY, now))
    update: dict[str, Any] = {"calls_day": counted - own, "own_calls": own}
    if use is not None and use.last is not None:
        span = call_span(use.last, usage.bucket.total_seconds(), found.created_remote)
        update |= {"last_call": span[0], "last_call_until": span[1]}
    return form.model_copy(update=update)
