"""What happens to a request while it waits: looked at whether anybody can approve it, reminded of, closed."""

from datetime import timedelta

from sqlalchemy import Connection

from bot.approvals import hours, outcome, telling
from bot.approvals.facts import REMIND_AT, REMINDED
from bot.approvals.machine import OPEN
from bot.approvals.policy import Policy, why_unsatisfiable
from bot.deps import Deps
from bot.errors import ChatRefused
from bot.store import requests
from bot.store.requests import Request
from bot.work.tasks import Again, Done, Outcome, Task
from bot.working_hours import Hours

CHECK_AGAIN = timedelta(hours=1)
CHECK_PROBLEM = timedelta(minutes=15)
"""How soon is looked again: groups change, and a problem that somebody repairs should be gone from the card."""
UNREADABLE = "approvers_unreadable"


class Checking:
    """The handler of `request.check`: can anybody satisfy the policy? The answer stands on the request's copies."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def __call__(self, task: Task) -> Outcome:
        """Look at the groups and write what is the matter, until it is decided."""
        number = int(task.payload["request"])
        request = await self._deps.store.read(lambda c: requests.get(c, number))
        if request is None or request.decided:
            return Done()
        problem = await self.problem(Policy.model_validate(request.policy), request.requester)

        def apply(connection: Connection) -> None:
            fresh = outcome.existing(connection, number)
            # What was seen is about the policy of the round that was read.
            if not fresh.decided and fresh.round == request.round and fresh.problem != problem:
                requests.change(connection, number, now=self._deps.clock.now(), problem=problem)

        wait = CHECK_PROBLEM if problem else CHECK_AGAIN
        return Again(self._deps.clock.now() + wait, apply)

    async def problem(self, policy: Policy, requester: str) -> str | None:
        """Why nobody can approve (a code of `why_unsatisfiable`, or `approvers_unreadable`), None = somebody can.

        Asks about people only until enough are found. Raises `ChatError` when Slack cannot be asked.
        """
        people = self._deps.people
        members, unreadable = await people.members(policy.groups)
        able: set[str] = set()
        named = {*policy.users, *(user for users in members.values() for user in users)}
        for user in sorted(named):
            if len(able - {requester}) >= policy.count:
                break
            try:
                if not await people.barred(user, policy):
                    able.add(user)
            except ChatRefused:
                continue  # a person who is not there any more decides nothing
        found = why_unsatisfiable(policy, members, requester, able.__contains__)
        return UNREADABLE if found is not None and unreadable else found


class Reminding:
    """The handler of `request.remind`: in working hours, each time after twice as long, as long as the round waits."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def __call__(self, task: Task) -> Outcome:
        """Remind, and say when the next reminder comes."""
        settings, now = self._deps.settings, self._deps.clock.now()
        number, sent = int(task.payload["request"]), int(task.payload["sent"])
        request = await self._deps.store.read(lambda c: requests.get(c, number))
        if request is None or not _waits(request, task):
            return Done()
        opens = Hours.of(settings.approvals.working_hours).next_open(now)
        if opens > now:
            return Again(opens)  # the bot was away when it was due
        after = hours.reminder_after(settings.approvals, now, sent + 1, request.closes_at)

        def apply(connection: Connection) -> None:
            fresh = outcome.existing(connection, number)
            if not _waits(fresh, task) or self._deps.clock.now() >= fresh.closes_at:
                return
            at = after.isoformat() if after is not None else None
            asked = {**fresh.asked, REMIND_AT: at, REMINDED: sent + 1}
            requests.change(connection, number, now=now, asked=asked)
            fresh = outcome.existing(connection, number)
            telling.reminder(connection, fresh, sent + 1, after, settings, now=now)

        if after is None:
            return Done(apply)
        return Again(after, apply, payload={**task.payload, "sent": sent + 1})


def _waits(request: Request, task: Task) -> bool:
    return request.state == "open" and request.round == int(task.payload["round"])


class Closing:
    """The handler of `request.expire`: a request that nobody decided about closes when it said."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def __call__(self, task: Task) -> Outcome:
        """Close it, if its time has come."""
        number = int(task.payload["request"])
        request = await self._deps.store.read(lambda c: requests.get(c, number))
        if request is None or request.state not in OPEN:
            return Done()
        now = self._deps.clock.now()
        if now < request.closes_at:
            return Again(request.closes_at)

        def close(connection: Connection) -> None:
            outcome.expire(connection, number, self._deps.settings, now=now, corr=task.corr)

        return Done(close)
