"""The people and user groups that the configuration names: are they there, and can they do what they are named for?"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.approvals.standing import in_use
from bot.commands.check_policies import Directory, Known, policy_looks
from bot.commands.findings import Looked, fine, warn, wrong
from bot.commands.slack_calls import Answer, SlackCalls, failed
from bot.config.approvals import Role
from bot.config.settings import Settings

AT_ONCE = 8
MOST_MEMBERS = 60
"""Members of approvers' groups that are looked at one by one: Slack allows about a hundred such calls a minute."""
_GONE = frozenset({"no_such_subteam", "subteam_not_found", "user_not_found", "user_not_visible"})


@dataclass(frozen=True, slots=True)
class Named:
    """A role and the key that fills it."""

    key: str
    role: Role


def roles(settings: Settings) -> list[Named]:
    """Every place of the configuration that names people."""
    asked = settings.approvals
    found = [
        Named("roles.trainers", settings.roles.trainers),
        Named("roles.admins", settings.roles.admins),
        Named("roles.approvers", settings.roles.approvers),
        Named("approvals.break_glass", asked.break_glass),
    ]
    found += [
        Named(f"approvals.rules[{number}].approvers", rule.approvers)
        for number, rule in enumerate(asked.rules, start=1)
        if rule.approvers is not None
    ]
    return found


async def people(settings: Settings, call: SlackCalls) -> AsyncIterator[Looked]:
    """Groups first, then people, then whether each policy can be satisfied by them."""
    named = roles(settings)
    handles = _handles(await call("usergroups.list", include_disabled="true"))
    members: dict[str, frozenset[str]] = {}
    unreadable: set[str] = set()
    for group, keys in _by_id((one.key, one.role.groups) for one in named).items():
        answer = await call("usergroups.users.list", usergroup=group)
        if answer.ok:
            members[group] = frozenset(answer.body.get("users") or ())
        else:
            unreadable.add(group)
        yield _group(group, keys, answer, handles.get(group, ""))
    policies = in_use(settings)
    singly = _by_id((one.key, one.role.users) for one in named)
    deciding = {group for one in policies for group in one.policy.groups}
    inside = sorted({user for group in deciding for user in members.get(group, ())} - set(singly))
    known = await _look_up(call, [*singly, *inside[:MOST_MEMBERS]])
    for one in _people(settings, singly, known):
        yield one
    directory = Directory(members, frozenset(unreadable), known, not_looked=frozenset(inside[MOST_MEMBERS:]))
    for policy in policies:
        yield policy_looks(policy, settings, directory, handles)
    if settings.roles.admins.nobody:
        remedy = 'Name somebody: admins = { users = ["U…"] } under [roles].'
        yield warn("roles.admins", "nobody: no one is told of work that is stuck", remedy)


def _by_id(named: Iterable[tuple[str, Iterable[str]]]) -> dict[str, list[str]]:
    """Each id with the keys that name it."""
    found: dict[str, list[str]] = {}
    for key, ids in named:
        for one in dict.fromkeys(ids):
            found.setdefault(one, []).append(key)
    return found


def _handles(answer: Answer) -> dict[str, str]:
    """`@ml-leads` for each group, with what is disabled marked. Empty when Slack does not tell."""
    listed = answer.body.get("usergroups") or () if answer.ok else ()
    groups = [one for one in listed if isinstance(one, dict)]
    return {
        str(one.get("id")): f"@{one.get('handle', '')}{' (disabled)' if one.get('date_delete') else ''}"
        for one in groups
    }


def _group(group: str, keys: list[str], answer: Answer, handle: str) -> Looked:
    what = f"user group {group} ({', '.join(keys)})"
    if answer.error in _GONE:
        state = "is disabled" if handle.endswith("(disabled)") else "is not there"
        remedy = "Enable it again, or correct the id: ⋮ > Copy group ID in the group's page in Slack."
        return wrong(what, f"{handle} {state}".strip(), remedy)
    trouble = failed(what, answer)
    if trouble is not None:
        return trouble
    count = len(answer.body.get("users") or ())
    if not count:
        return wrong(what, f"{handle} has no members".strip(), "Add people to it, or name another group.")
    return fine(what, f"{handle} with {count:,} {'member' if count == 1 else 'members'}".strip())


async def _look_up(call: SlackCalls, users: Iterable[str]) -> dict[str, Known]:
    allowed = asyncio.Semaphore(AT_ONCE)

    async def one(user: str) -> tuple[str, Known]:
        async with allowed:
            return user, _known(user, await call("users.info", user=user))

    return dict(await asyncio.gather(*(one(user) for user in users)))


def _known(user: str, answer: Answer) -> Known:
    if not answer.ok:
        return Known(user, answer=answer, gone=answer.error in _GONE)
    found: Mapping[str, Any] = answer.body.get("user") or {}
    profile = found.get("profile") or {}
    return Known(
        str(profile.get("display_name") or found.get("real_name") or found.get("name") or user),
        answer=answer,
        team=str(found.get("team_id", "")),
        gone=bool(found.get("deleted")),
        guest=bool(found.get("is_restricted") or found.get("is_ultra_restricted")),
        foreign=bool(found.get("is_stranger")),
        bot=bool(found.get("is_bot")),
    )


def _people(
    settings: Settings, singly: Mapping[str, list[str]], known: Mapping[str, Known]
) -> Iterator[Looked]:
    """One line for everybody who is fine, one for each who is not."""
    sound = 0
    for user, keys in singly.items():
        look = _person(user, keys, known[user], settings)
        sound += look is None
        if look is not None:
            yield look
    if sound:
        yield fine("people named in the configuration", f"{sound:,} there and in the workspace")


def _person(user: str, keys: list[str], one: Known, settings: Settings) -> Looked | None:
    what = f"person {user} ({', '.join(keys)})"
    home = {settings.slack.home_team, *settings.slack.allowed_teams}
    if one.gone:
        why = "is deactivated" if one.answer.ok else "is not there"
        return wrong(what, f"{one.name} {why}", "Take the id out, and name somebody who is there.")
    trouble = failed(what, one.answer)
    if trouble is not None:
        return trouble
    if one.bot:
        return wrong(what, f"{one.name} is a bot", "Name a person.")
    if one.foreign or one.team not in home:
        remedy = "Name somebody of the workspace, or let the other in with slack.allowed_teams."
        return wrong(what, f"{one.name} is of another workspace ({one.team}), and is refused", remedy)
    if one.guest and not settings.roles.guests and keys != ["roles.trainers"]:
        remedy = "Name a full member, or set guests = true under [roles]."
        return wrong(what, f"{one.name} is a guest, and is refused", remedy)
    return None
