"""Who may do what. Roles come from the configuration; membership is looked up, cached briefly, and fails closed.

Two questions are asked: a quick one inside the transaction that takes a click in (from the cache, so that a denial can
be the answer itself), and the real one right before anything is done.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.chat import Chat, Member
from bot.clock import Clock
from bot.config.settings import Role, RolesSettings
from bot.errors import Denied
from bot.store import people as rows
from bot.store.store import Store

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
    ) -> None:
        self._store, self._clock, self._chat, self._roles = store, clock, chat, roles
        self._home = (home_team, *allowed_teams)
        self._groups: dict[str, tuple[datetime, frozenset[str]]] = {}

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
        named = (*self._roles.trainers.groups, *self._roles.admins.groups)
        groups = frozenset([group for group in named if user_id in await self._members(group)])
        if known is None or member is not known.member or groups != known.groups:
            await self._store.write(lambda c: rows.put(c, member, groups, now=now))
        return member, groups

    async def _members(self, group: str) -> frozenset[str]:
        now = self._clock.now()
        cached = self._groups.get(group)
        if cached and now - cached[0] < GROUP_TTL:
            return cached[1]
        members = await self._chat.group_members(group)
        self._groups[group] = (now, members)
        return members
