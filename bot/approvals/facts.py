"""From rows to what the surface is told about a request. Reads only."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.approvals import digest, policy, sums
from bot.approvals.policy import Policy
from bot.config.settings import Settings
from bot.facts.jobs import DataRef
from bot.facts.requests import CALLED_OFF, Change, KeepAsk, RequestFacts, TrainAsk, VoteFacts
from bot.ids import dataset_name, deployment_name, job_name
from bot.store import datasets, deployments, jobs, requests
from bot.store.requests import Request, Round

DIGEST_SHOWN = 4
REMIND_AT, REMINDED = "remind_at", "reminded"
"""Keys in `Request.asked`: when the next reminder of this round comes (None = none), and how many there were."""


def request_facts(
    connection: Connection,
    request: Request,
    settings: Settings,
    *,
    now: datetime,
    shown_round: int | None = None,
) -> RequestFacts:
    """A request as one of its copies shows it: what was asked for, and who voted, in the round that it is about."""
    n = request.round if shown_round is None else shown_round
    rounds = {one.n: one for one in requests.rounds(connection, request.id)}
    shown = rounds.get(n) or rounds[request.round]
    before = rounds.get(shown.n - 1)
    decision = request.decision or {}
    deployment, rollout = _rollout(connection, request)
    glass = request.glass
    remind_at = request.asked.get(REMIND_AT)
    valid, grader = _measured_by(connection, request)
    return RequestFacts(
        id=request.label,
        kind=request.kind,
        state=request.state,
        round=request.round,
        shown_round=shown.n,
        digest=shown.digest[:DIGEST_SHOWN],
        requester=request.requester,
        reason=shown.reason,
        channel=request.channel,
        policy=Policy.model_validate(request.policy).shown(),
        votes=tuple(
            VoteFacts(
                user=one.user_id,
                decision=one.decision,
                reason=one.reason,
                groups=tuple(one.groups),
                at=one.at,
            )
            for one in requests.votes(connection, request.id, shown.n)
        ),
        changes=_changes(request, before, shown),
        problem=request.problem or "",
        created_at=request.created_at,
        closes_at=request.closes_at,
        decided_at=request.decided_at,
        decided_by=tuple(decision.get("by", ())),
        decision_reason=decision.get("reason", ""),
        auto=request.auto or "",
        glass=VoteFacts(
            user=glass["user"],
            decision="approve",
            reason=glass["reason"],
            groups=tuple(glass.get("groups", ())),
            at=datetime.fromisoformat(glass["at"]),
        )
        if glass
        else None,
        frozen=waits_for_thaw(connection, request, settings, now) or "",
        deploy=sums.shown(connection, request, shown, settings) if request.kind == "deployment" else None,
        train=TrainAsk.model_validate(shown.spec) if request.kind == "training" else None,
        keep=KeepAsk.model_validate(shown.spec) if request.kind == "keep" else None,
        deployment=deployment,
        job=job_name(request.job) if request.job else None,
        valid=valid,
        grader=grader,
        rollout=rollout,
        remind_at=datetime.fromisoformat(remind_at) if remind_at and request.state == "open" else None,
        updated_at=request.updated_at,
    )


def _changes(request: Request, before: Round | None, shown: Round) -> tuple[Change, ...]:
    if before is None:
        return ()
    return digest.changes(request.kind, before.spec, shown.spec, (before.reason, shown.reason))


def _measured_by(connection: Connection, request: Request) -> tuple[DataRef | None, str]:
    """(validation data, grader) of the job that a request is about."""
    job = jobs.get(connection, request.job) if request.job and request.kind == "training" else None
    if job is None:
        return None, ""
    found = datasets.get(connection, job.valid) if job.valid else None
    valid = (
        DataRef(id=dataset_name(found.id), name=found.name, examples=found.examples)
        if found is not None
        else None
    )
    return valid, str(job.hyper.get("grader") or "")


def _rollout(connection: Connection, request: Request) -> tuple[str | None, str]:
    """(label of its deployment, what became of the approval: state of the deployment or the job)."""
    made = deployments.of_request(connection, request.id)
    number = made.id if made is not None else request.deployment
    label = deployment_name(number) if number else None
    if request.state != "approved":
        return label, ""
    if request.job and request.kind == "training":
        job = jobs.get(connection, request.job)
        return label, job.state if job else ""
    found = made or (deployments.get(connection, number) if number else None)
    if found is None:
        return label, ""
    return label, CALLED_OFF if found.gone_why == CALLED_OFF else found.state


def waits_for_thaw(connection: Connection, request: Request, settings: Settings, now: datetime) -> str | None:
    """Why an approved deployment is held by a freeze; None = it is not, or it is on its way already."""
    if request.kind != "deployment" or request.state != "approved":
        return None
    made = deployments.of_request(connection, request.id)
    if made is None or made.state != "approved":
        return None
    return policy.held(settings, request.glass, now)


def held(connection: Connection, team_id: str, settings: Settings, now: datetime) -> Sequence[Request]:
    """Approved requests of a team that wait for the end of a freeze, newest first."""
    waiting = [
        one.request
        for one in deployments.alive(connection)
        if one.state == "approved" and one.request is not None
    ]
    found = [requests.get(connection, number) for number in sorted(waiting, reverse=True)]
    return [
        one
        for one in found
        if one is not None
        and one.team_id == team_id
        and waits_for_thaw(connection, one, settings, now) is not None
    ]


def waiting_for(
    connection: Connection, user: str, settings: Settings, groups: Iterable[str]
) -> Sequence[Request]:
    """Requests of the home team that a person who is in `groups` can decide about now, newest first."""
    found = []
    known = frozenset(groups)
    for request in requests.undecided(connection):
        asked = Policy.model_validate(request.policy)
        mine = request.requester == user and not asked.self_approval
        if request.state != "open" or mine or request.team_id != settings.slack.home_team:
            continue
        voted = {one.user_id for one in requests.votes(connection, request.id, request.round)}
        if asked.names(user, known) and user not in voted:
            found.append(request)
    return found
