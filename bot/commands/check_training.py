"""Whether a connection can train: the product itself, and what every training there needs. Nothing is started."""

from collections.abc import AsyncIterator, Callable, Sequence
from html import unescape

from bot.commands.findings import Looked, fine, warn, wrong
from bot.commands.named import settings_named
from bot.config.connections import Connection
from bot.facts.jobs import FailureFacts
from handlers.wording.errors import explain
from handlers.wording.operating import to_operator
from handlers.wording.requirements import explain as explain_need
from handlers.wording.services import service_name
from providers.base import Provider
from providers.errors import ProviderError
from providers.requirements import Requirement

Said = Callable[[str, ProviderError, Connection], Looked]


async def training(provider: Provider, connection: Connection, *, said: Said) -> AsyncIterator[Looked]:
    """Looks after a probe; `said` puts a provider's error into words."""
    what = f"training at {connection.name}"
    able = provider.capabilities
    if not able.training:
        words = explain(able.notice or "training_removed", {}, "en", provider=connection.provider)
        yield warn(what, unescape(f"{words.happened}. {words.meaning}"), unescape(words.remedy))
        return
    if provider.requirements is None:
        return
    try:
        found = await provider.requirements.standing()
    except ProviderError as error:
        yield said(what, error, connection)
        return
    for one in _needs(what, found, connection):
        yield one


def _needs(what: str, found: Sequence[Requirement], connection: Connection) -> list[Looked]:
    unknown = [one for one in found if one.state == "unknown"]
    looks = [_lacking(what, one, connection) for one in found if one.state in ("missing", "blocked")]
    if unknown:
        names = ", ".join(f"{one.id.replace('_', ' ')} ({one.what})" for one in unknown)
        remedy = "Trainings are tried all the same, and the service decides."
        looks.append(warn(what, f"cannot be looked at: {names}", remedy))
    if not looks:
        names = ", ".join(one.id.replace("_", " ") for one in found)
        looks.append(fine(what, f"all is there ({names})"))
    return looks


def _lacking(what: str, one: Requirement, connection: Connection) -> Looked:
    failure = FailureFacts(kind="requirement", code=one.id, params={**one.params, "what": one.what})
    words = to_operator(
        explain_need(failure, "en", service_name(connection.provider)),
        failure.code,
        failure.params,
        "en",
        **settings_named(connection),
    )
    # The words are Slack markup: on a terminal its escapes are only in the way.
    detail = unescape(f"{words.happened}. {words.meaning}").rstrip(".")
    # One line that grants what this is about; those for the others stand beside theirs.
    return wrong(what, detail, "\n".join((unescape(words.remedy), *one.grants[:1])))
