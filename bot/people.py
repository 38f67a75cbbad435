"""Who may do what. Roles come from the configuration; membership is looked up, cached briefly, and fails closed.

Two questions are asked: a quick one inside the transaction that takes a click in (from the cache, so that a denial can
be the answer itself), and the real one right before anything is done.
"""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.approvals.policy import Policy, barred
from bot.chat import Chat, Member
from bot.clock import Clock
from bot.config.approvals import ApprovalsSettings, Role
from bot.config.settings import RolesSettings
from bot.errors import ChatError, ChatRefused, Denied
from bot.store import people as rows
from bot.store.store import Store

log = logging.getLogger(__name__)
MEMBER_TTL = timedelta(minutes=10)
GROUP_TTL = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: ids from the payload, never names."""

    team_id: str
    user_id: str


def has_role(role: Role, user_id: str, groups: frozenset[str]) -> bool:
    """Whether a person has a role, given the groups they are in."""
    return role.everyone or user_id in role.users or bool(groups & set(role.groups))


def denial(roles: RolesSettings, home: Iterable[str], member: Member, groups: frozenset[str]) -> str | None:
    """Why this person may not train (a code of `Denied`), None when they may. Pure."""
    if member.is_foreign or member.team_id not in set(home):
        return "foreign_team"
    if member.is_guest and not roles.guests and member.user_id not in roles.trainers.users:
        return "guest"
    if not has_role(roles.trainers, member.user_id, groups) and not has_role(
        roles.admins, member.user_id, groups
    ):
        return "not_trainer"
    return None


def approver_denial(
    policy: Policy, roles: RolesSettings, home: Iterable[str], member: Member, groups: frozenset[str]
) -> str | None:
    """Why this person may not decide about a request (a code of `Denied`), None when they may. Pure."""
    code = barred(
        policy,
        roles,
        home,
        team=member.team_id,
        user=member.user_id,
        guest=member.is_guest,
        foreign=member.is_foreign,
    )
    if code is not None:
        return code
    return None if policy.names(member.user_id, groups) else "not_approver"


class People:
    """Answers who may do what."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        chat: Chat,
        roles: RolesSettings,
        home_team: str,
        allowed_teams: Iterable[str],
        approvals: ApprovalsSettings | None = None,
    ) -> None:
        self._store, self._clock, self._chat, self._roles = store, clock, chat, roles
        self._approvals = approvals or ApprovalsSettings()
        self._home = (home_team, *allowed_teams)
        self._groups: dict[str, tuple[datetime, frozenset[str]]] = {}
        self._unreadable: dict[str, tuple[datetime, str]] = {}

    def cached_denial(self, connection: Connection, actor: Actor) -> str | None:
        """Why not, as far as a fresh cache knows; None = allowed or not known. Asked again before anything is done.

        What is older than the cache of groups says nothing: somebody who was let in meanwhile must not stay out.
        """
        if actor.team_id not in self._home:
            return "foreign_team"
        person = rows.get(connection, actor.user_id)
        if person is None:
            return None
        code = denial(self._roles, self._home, person.member, person.groups)
        age = self._clock.now() - person.fetched_at
        # Being a guest or of another team changes seldom, being in a group at any time.
        return code if age < (GROUP_TTL if code == "not_trainer" else MEMBER_TTL) else None

    def last_denial(self, connection: Connection, user_id: str) -> str | None:
        """Why not, by the last look however old; `not_trainer` for somebody never looked at. For display only."""
        person = rows.get(connection, user_id)
        return denial(self._roles, self._home, person.member, person.groups) if person else "not_trainer"

    def cached_not_owner(self, connection: Connection, actor: Actor, owner: str) -> bool:
        """Whether the cache knows that the thing is another's and this person administers nothing."""
        person = rows.get(connection, actor.user_id)
        if actor.user_id == owner or person is None or self._clock.now() - person.fetched_at >= GROUP_TTL:
            return False
        return not has_role(self._roles.admins, actor.user_id, person.groups)

    async def refresh(self, user_id: str) -> Member:
        """Look at a person as they are now, for what is shown to them. Raises `ChatError`."""
        member, _ = await self._look_up(user_id)
        return member

    async def require(self, actor: Actor) -> Member:
        """The member, when they may train. `Denied`, or `ChatError` when Slack cannot be asked (fail closed)."""
        if actor.team_id not in self._home:
            raise Denied("foreign_team")
        member, groups = await self._look_up(actor.user_id)
        code = denial(self._roles, self._home, member, groups)
        if code is not None:
            raise Denied(code, {"groups": " ".join(self._roles.trainers.groups)})
        return member

    async def require_owner(self, actor: Actor, owner: str) -> Member:
        """The member, when they may train and the thing is theirs, or they administer."""
        member = await self.require(actor)
        if actor.user_id != owner and not await self.is_admin(actor):
            raise Denied("not_owner", {"owner": owner})
        return member

    async def require_approver(self, actor: Actor, policy: Policy) -> tuple[Member, frozenset[str]]:
        """The member with their groups, when they may decide under this policy: a vote keeps what was seen.

        Raises:
            Denied: `foreign_team`, `guest`, `not_approver`, `approvers_unreadable` (Slack refuses to list a group).
            ChatError: Slack cannot be asked (fail closed).
        """
        if actor.team_id not in self._home:
            raise Denied("foreign_team")
        member, groups = await self._look_up(actor.user_id)
        code = approver_denial(policy, self._roles, self._home, member, groups)
        if code is None:
            return member, groups
        params = {"groups": " ".join(policy.groups), "users": " ".join(policy.users)}
        if code == "not_approver":
            _, unreadable = await self.members(policy.groups)
            code = "approvers_unreadable" if unreadable else code
            params["groups"] = " ".join(sorted(unreadable)) or params["groups"]
        raise Denied(code, params)

    async def may_approve(self, actor: Actor, policy: Policy) -> bool:
        """Whether they may decide under this policy. Raises `ChatError`."""
        try:
            await self.require_approver(actor, policy)
        except Denied:
            return False
        return True

    def known_groups(self, connection: Connection, user_id: str) -> frozenset[str]:
        """The groups a person was in at the last look however old. For display only."""
        person = rows.get(connection, user_id)
        return person.groups if person else frozenset()

    def knows_glass(self, connection: Connection, actor: Actor) -> bool | None:
        """Whether they may break the glass by the last look however old; None for somebody never looked at.

        For display only.
        """
        person = rows.get(connection, actor.user_id)
        if person is None or actor.team_id not in self._home:
            return None if person is None else False
        return self._glass_denial(person.member, person.groups) is None

    async def require_glass(self, actor: Actor) -> tuple[Member, frozenset[str]]:
        """The member with their groups, when they may roll out without approvals.

        Raises:
            Denied: `foreign_team`, `guest`, `not_glass`.
            ChatError: Slack cannot be asked (fail closed).
        """
        if actor.team_id not in self._home:
            raise Denied("foreign_team")
        member, groups = await self._look_up(actor.user_id)
        code = self._glass_denial(member, groups)
        if code is not None:
            raise Denied("not_glass" if code == "not_approver" else code)
        return member, groups

    async def may_break(self, actor: Actor) -> bool:
        """Whether they may break the glass, for display: False while Slack cannot be asked."""
        try:
            await self.require_glass(actor)
        except (Denied, ChatError):
            return False
        return True

    def _glass_denial(self, member: Member, groups: frozenset[str]) -> str | None:
        role = self._approvals.break_glass
        named = Policy(count=1, users=role.users, groups=role.groups, everyone=role.everyone, closes_hours=1)
        return approver_denial(named, self._roles, self._home, member, groups)

    async def members(self, groups: Iterable[str]) -> tuple[Mapping[str, frozenset[str]], frozenset[str]]:
        """(members of each group, groups that Slack refuses to list). Raises `ChatError` when Slack cannot be asked."""
        found: dict[str, frozenset[str]] = {}
        unreadable: set[str] = set()
        for group in groups:
            try:
                found[group] = await self._members(group)
            except ChatRefused as error:
                log.warning("the members of user group %s cannot be read: %s", group, error)
                unreadable.add(group)
        return found, frozenset(unreadable)

    async def barred(self, user_id: str, policy: Policy) -> bool:
        """Whether a person may not decide whatever groups they are in, or left. Raises `ChatError`."""
        known = await self._store.read(lambda c: rows.get(c, user_id))
        fresh = known is not None and self._clock.now() - known.fetched_at < MEMBER_TTL
        member = known.member if known is not None and fresh else await self.refresh(user_id)
        code = barred(
            policy,
            self._roles,
            self._home,
            team=member.team_id,
            user=member.user_id,
            guest=member.is_guest,
            foreign=member.is_foreign,
        )
        return member.is_gone or code is not None

    async def is_admin(self, actor: Actor) -> bool:
        """Whether this person administers the bot."""
        _, groups = await self._look_up(actor.user_id)
        return has_role(self._roles.admins, actor.user_id, groups)

    async def admins(self) -> tuple[str, ...]:
        """People to tell about trouble: named ones first, then members of the named groups."""
        if self._roles.admins.users:
            return self._roles.admins.users
        for group in self._roles.admins.groups:
            members = await self._members(group)
            if members:
                return tuple(sorted(members))
        return ()

    async def _look_up(self, user_id: str) -> tuple[Member, frozenset[str]]:
        now = self._clock.now()
        known = await self._store.read(lambda c: rows.get(c, user_id))
        member = (
            known.member
            if known and now - known.fetched_at < MEMBER_TTL
            else await self._chat.member(user_id)
        )
        if member.is_gone:
            return (
                member,
                frozenset(),
            )  # not kept: who comes back must not stay out for as long as the cache holds
        named = (*self._roles.trainers.groups, *self._roles.admins.groups)
        inside = {group for group in named if user_id in await self._members(group)}
        deciding, _ = await self.members(_deciding_groups(self._roles, self._approvals) - set(named))
        inside.update(group for group, members in deciding.items() if user_id in members)
        groups = frozenset(inside)
        if known is None or member is not known.member or groups != known.groups:
            await self._store.write(lambda c: rows.put(c, member, groups, now=now))
        return member, groups

    async def _members(self, group: str) -> frozenset[str]:
        now = self._clock.now()
        cached = self._groups.get(group)
        if cached and now - cached[0] < GROUP_TTL:
            return cached[1]
        refused = self._unreadable.get(group)
        if refused and now - refused[0] < GROUP_TTL:
            raise ChatRefused(
                refused[1]
            )  # asking again and again would use up what Slack allows for the other groups
        try:
            members = await self._chat.group_members(group)
        except ChatRefused as error:
            self._unreadable[group] = (now, error.code)
            raise
        self._groups[group] = (now, members)
        return members


def _deciding_groups(roles: RolesSettings, approvals: ApprovalsSettings) -> set[str]:
    """Groups whose members may decide about requests."""
    rules = (one.approvers for one in approvals.rules if one.approvers is not None)
    every: Collection[Role] = (roles.approvers, approvals.break_glass, *rules)
    return {group for role in every for group in role.groups}
