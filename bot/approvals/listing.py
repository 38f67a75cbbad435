"""What the surface asks about requests: lists, one request by name, its history. Reads only."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import Connection

from bot.approvals.facts import DIGEST_SHOWN, held, request_facts, waiting_for
from bot.approvals.policy import Policy
from bot.config.settings import Settings
from bot.errors import NotThere
from bot.facts.requests import Decision, RequestList, RoundFacts, VoteFacts
from bot.ids import number_of
from bot.people import Actor
from bot.store import requests
from bot.store.requests import Request

SHOWN = 15
_LOOKED_AT = 500


def find(connection: Connection, actor: Actor, given: str) -> Request:
    """The request of this name in the person's team. Raises `NotThere("request")`."""
    number = number_of(given, "A")
    found = requests.get(connection, number) if number else None
    if found is None or found.team_id != actor.team_id:
        raise NotThere("request", {"given": given[:80]})
    return found


def listed(
    connection: Connection,
    actor: Actor,
    settings: Settings,
    groups: Iterable[str],
    scope: Literal["mine", "all"],
    *,
    now: datetime,
) -> RequestList:
    """Requests that wait: for this person (who is in `groups`) with their own, or everybody's; newest first.

    With those that a freeze holds, as far as this person asked for them or is one who decides about them.
    """
    own: tuple[Request, ...] = ()
    stopped = held(connection, actor.team_id, settings, now)
    if scope == "all":
        found = list(requests.listed(connection, actor.team_id, waiting=True, limit=_LOOKED_AT))
    else:
        found = list(waiting_for(connection, actor.user_id, settings, groups))
        asked = requests.listed(connection, actor.team_id, waiting=True, requester=actor.user_id, limit=SHOWN)
        own = tuple(asked)
        stopped = [one for one in stopped if _concerns(one, actor, groups)]
    return RequestList(
        scope=scope,
        requests=tuple(request_facts(connection, one, settings, now=now) for one in found[:SHOWN]),
        asked=tuple(request_facts(connection, one, settings, now=now) for one in own),
        held=tuple(request_facts(connection, one, settings, now=now) for one in stopped[:SHOWN]),
        more=max(0, len(found) - SHOWN),
    )


def _concerns(request: Request, actor: Actor, groups: Iterable[str]) -> bool:
    asked = Policy.model_validate(request.policy)
    return request.requester == actor.user_id or asked.names(actor.user_id, groups)


def history(connection: Connection, request: Request) -> tuple[RoundFacts, ...]:
    """All rounds with their votes, the first one first."""
    votes = requests.votes(connection, request.id)
    return tuple(
        RoundFacts(
            n=one.n,
            at=one.at,
            by=one.opened_by,
            reason=one.reason,
            digest=one.digest[:DIGEST_SHOWN],
            votes=tuple(
                VoteFacts(
                    user=vote.user_id,
                    decision=cast("Decision", vote.decision),
                    reason=vote.reason,
                    groups=tuple(vote.groups),
                    at=vote.at,
                )
                for vote in votes
                if vote.round == one.n
            ),
        )
        for one in requests.rounds(connection, request.id)
    )
