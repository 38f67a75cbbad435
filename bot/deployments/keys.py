"""Keys that are put where the configuration wants them (Key Vault), and what keeps one from getting there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.deployments.facts import KEY_PROBLEM
from bot.deployments.record import DeploymentRecorder, problem_of
from bot.facts.deployment_notices import KeyKept
from bot.facts.deployments import ProblemFacts
from bot.store import deployments
from bot.store.deployments import Deployment
from providers.errors import ProviderError
from providers.hosting import Hosting


async def handed_over(hosting: Hosting, found: Deployment) -> ProblemFacts | None:
    """Put the key where the configuration wants it; why it is not there. It answers all the same."""
    try:
        await hosting.hand_over(found.name)
    except ProviderError as error:
        return problem_of(error)
    return None


def with_key_problem(asked: Mapping[str, Any], problem: ProblemFacts | None) -> dict[str, Any]:
    """`Deployment.asked` after a try."""
    rest = {name: value for name, value in asked.items() if name != KEY_PROBLEM}
    return rest if problem is None else {**rest, KEY_PROBLEM: problem.model_dump(mode="json")}


def keep_key_problem(
    recorder: DeploymentRecorder,
    connection: Connection,
    seen: Deployment,
    problem: ProblemFacts | None,
    *,
    now: datetime,
    corr: str,
) -> None:
    """Keep what another try has shown, where it is the same deployment still; who heard of the problem hears its end.

    A try that did not get as far as this is made again: the same key under the same name.
    """
    fresh = deployments.get(connection, seen.id)
    if fresh is None or fresh.state != "live":
        return
    known = (fresh.asked.get(KEY_PROBLEM) or {}).get("code")
    if known == (
        problem.code if problem is not None else None
    ):  # the same "no" has another request id each time
        return
    asked = with_key_problem(fresh.asked, problem)
    deployments.change(connection, fresh.id, now=now, asked=asked)
    if problem is not None:
        return
    recorder.audit(connection, fresh, "deployment.key_kept", now=now, corr=corr, before=known)
    notice = KeyKept(deployment=recorder.facts(connection, fresh.id, now=now))
    recorder.tell_owner(connection, fresh, f"key_kept:{fresh.incarnation}", notice, now=now)
