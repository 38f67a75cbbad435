"""What a vote, a change or time does to a request: pure, with typed reasons. `bot.approvals.outcome` writes it.

    open ──approve × count──> approved        any OPEN state ──closing time──> expired
      │ ────reject──────────> rejected        any OPEN state ──requester─────> withdrawn
      └─────changes─────────> changes ──requester changes it: next round──> open

One vote per person and round. A vote names the round that its copy showed: on another round it counts nothing, because
an approval is bound to exactly what was asked (DESIGN section 7). Closing time comes before everything else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.approvals.policy import Policy
from bot.facts.requests import Decision, RequestState

OPEN: frozenset[str] = frozenset({"open", "changes"})
CHANGEABLE: frozenset[str] = frozenset({"deployment", "keep"})
"""Kinds that can be asked for again in another form; a training is ordered anew instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A request as it stands. `votes` are of its current round, by user id.

    `held`: approved, and nothing is sent because of a freeze.
    """

    kind: str
    state: RequestState
    round: int
    requester: str
    policy: Policy
    closes_at: datetime
    votes: Mapping[str, Decision] = field(default_factory=dict)
    decided_by: tuple[str, ...] = ()
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Voted:
    """Somebody clicked on the copy of a round. `denied`: why they may not decide, None = they may."""

    user: str
    round: int
    decision: Decision
    reason: str = ""
    denied: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The requester asks for something else. `same`: it is what was asked for already."""

    user: str
    same: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """The requester does not want it any more."""

    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Glass:
    """Somebody rolls it out without approvals, or in a freeze. `denied` as in `Voted`."""

    user: str
    round: int
    reason: str
    denied: str | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed."""


Event = Voted | Changed | Withdrawn | Glass | Tick


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something counted nothing; the params are what its words need."""

    code: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What comes of it. `counted`: the vote (change, glass) is to be written. `by`: who decided, when it is decided."""

    state: RequestState
    counted: bool = False
    by: tuple[str, ...] = ()
    refusal: Refusal | None = None


def decide(request: Standing, event: Event, now: datetime) -> Step:
    """What an event does to a request."""
    if request.state in OPEN and now >= request.closes_at:
        refusal = None if isinstance(event, Tick) else Refusal("closed")
        return Step(state="expired", refusal=refusal)
    match event:
        case Voted():
            return _voted(request, event)
        case Changed():
            return _changed(request, event)
        case Withdrawn():
            return _withdrawn(request, event)
        case Glass():
            return _glass(request, event)
        case Tick():
            return Step(state=request.state)


def _refused(request: Standing, code: str, **params: str | int) -> Step:
    return Step(state=request.state, refusal=Refusal(code, params))


def _not_now(request: Standing) -> Step | None:
    if request.state in OPEN:
        return None
    return Step(state=request.state, refusal=over(request.state, request.requester, request.decided_by))


def over(state: str, requester: str, decided_by: Sequence[str]) -> Refusal:
    """Why nothing more is decided about a request that is not open: people or a rule did, its time was over, or
    nobody asks any more."""
    if state == "withdrawn":
        return Refusal("request_withdrawn", {"owner": requester})
    if state == "expired":
        return Refusal("closed")
    return Refusal("already_decided", {"state": state, "by": " ".join(decided_by)})


def _voted(request: Standing, event: Voted) -> Step:
    refused = _not_now(request) or _not_this_vote(request, event)
    if refused is not None:
        return refused
    if event.decision == "reject":
        return Step(state="rejected", counted=True, by=(event.user,))
    if event.decision == "changes":
        return Step(state="changes", counted=True)
    approvers = [user for user, decision in request.votes.items() if decision == "approve"]
    approvers.append(event.user)
    if len(approvers) >= request.policy.count:
        return Step(state="approved", counted=True, by=tuple(approvers))
    return Step(state="open", counted=True)


def _not_this_vote(request: Standing, event: Voted) -> Step | None:
    code, params = _why_not(request, event) or ("", {})
    return _refused(request, code, **params) if code else None


def _why_not(request: Standing, event: Voted) -> tuple[str, dict[str, str | int]] | None:
    """Why a vote does not count although the request waits; the first reason is told."""
    given = request.votes.get(event.user)
    own = event.user == request.requester and not request.policy.self_approval
    reasons: tuple[tuple[bool, str, dict[str, str | int]], ...] = (
        (own, "own_request", {}),
        (event.denied is not None, event.denied or "", {}),
        (event.round != request.round, "round_replaced", {"shown": event.round, "round": request.round}),
        (request.state == "changes", "changes_asked", {}),
        (given is not None, "voted", {"decision": given or ""}),
        (event.decision != "approve" and not event.reason.strip(), "reason_empty", {}),
        (event.decision == "changes" and request.kind not in CHANGEABLE, "cannot_change", {}),
    )
    return next(((code, params) for holds, code, params in reasons if holds), None)


def _changed(request: Standing, event: Changed) -> Step:
    refused = _not_now(request) or _not_requester(request, event.user)
    if refused is not None:
        return refused
    if request.kind not in CHANGEABLE:
        return _refused(request, "cannot_change")
    return _refused(request, "nothing_changed") if event.same else Step(state="open", counted=True)


def _withdrawn(request: Standing, event: Withdrawn) -> Step:
    refused = _not_now(request) or _not_requester(request, event.user)
    return refused or Step(state="withdrawn", counted=True, by=(event.user,))


def _not_requester(request: Standing, user: str) -> Step | None:
    return None if user == request.requester else _refused(request, "not_requester", owner=request.requester)


def _glass(request: Standing, event: Glass) -> Step:
    if request.state not in OPEN and not request.held:
        return Step(state=request.state, refusal=over(request.state, request.requester, request.decided_by))
    if event.denied is not None:
        return _refused(request, event.denied)
    if event.round != request.round:
        return _refused(request, "round_replaced", shown=event.round, round=request.round)
    if not event.reason.strip():
        return _refused(request, "reason_empty")
    return Step(state="approved", counted=True, by=(event.user,))
