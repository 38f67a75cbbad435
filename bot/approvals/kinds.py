"""The approvals' part of the engine: kinds of tasks, and what is planted anew at a start."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from bot.approvals import outcome
from bot.approvals.facts import REMIND_AT, REMINDED
from bot.approvals.standing import KIND as POLICIES
from bot.approvals.standing import PoliciesCheck
from bot.approvals.voting import BreakingGlass, Voting
from bot.approvals.waiting import Checking, Closing, Reminding
from bot.deps import Deps
from bot.store import requests
from bot.work import queue
from bot.work.tasks import Kind, OnParked


def kinds(deps: Deps, parked: Callable[[OnParked | None], OnParked]) -> dict[str, Kind]:
    """How the tasks about requests are run. What closes a request is never given up."""
    voting, glass = Voting(deps), BreakingGlass(deps)
    return {
        "request.vote": Kind(handler=voting, on_parked=parked(voting.give_up)),
        "request.glass": Kind(handler=glass, on_parked=parked(glass.give_up)),
        "request.check": Kind(handler=Checking(deps), budget=None),
        "request.remind": Kind(handler=Reminding(deps), on_parked=parked(None)),
        "request.expire": Kind(handler=Closing(deps), budget=None),
        POLICIES: Kind(handler=PoliciesCheck(deps), on_parked=parked(None)),
    }


def replant(connection: Connection, *, now: datetime, corr: str) -> int:
    """Give every request that waits its tasks, should their rows have been lost or dropped; how many requests."""
    waiting = requests.undecided(connection)
    for request in waiting:
        outcome.plant_times(connection, request, now=now, corr=corr)
        requests.show(connection, request.id, now=now)  # prices may be other ones than at the last start
        key = f"request:{request.id}:remind:{request.round}"
        due = request.asked.get(REMIND_AT)
        if request.state == "open" and due is not None and not queue.is_open(connection, key):
            sent = int(request.asked.get(REMINDED, 0))
            at = max(now, datetime.fromisoformat(due))
            outcome.plant_reminder(connection, request, at, sent, now=now, corr=corr)
    return len(waiting)
