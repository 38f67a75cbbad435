"""The people, channels and user groups of the sandbox workspace."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.slack import ids

COLORS: Final = ("8e6bbf", "2f7d6d", "b5562f", "4a6fa5", "7a7a3a", "a03d6a")
CREATED: Final = 1_760_000_000


@dataclass(slots=True)
class Person:
    """A member of the workspace, the app's bot user, or somebody of another team in a shared channel."""

    id: str
    name: str
    real_name: str
    title: str = ""
    tz: str = "Europe/Stockholm"
    tz_label: str = "Central European Time"
    tz_offset: int = 3600
    locale: str = "en-US"
    team_id: str = ids.TEAM
    is_guest: bool = False
    is_bot: bool = False
    deleted: bool = False
    color: str = "4a6fa5"

    @property
    def is_stranger(self) -> bool:
        """Whether the person belongs to another team."""
        return self.team_id != ids.TEAM

    def as_user(self, *, include_locale: bool = False) -> dict[str, Any]:
        """Slack's user object (`users.info`)."""
        user: dict[str, Any] = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "deleted": self.deleted,
            "color": self.color,
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_label": self.tz_label,
            "tz_offset": self.tz_offset,
            "profile": {
                "title": self.title,
                "real_name": self.real_name,
                "real_name_normalized": self.real_name,
                "display_name": self.name,
                "display_name_normalized": self.name,
                "team": self.team_id,
            },
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.is_guest,
            "is_ultra_restricted": self.is_guest,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": CREATED,
        }
        if self.is_stranger:
            user["is_stranger"] = True
        if self.is_bot:
            user["profile"] |= {"api_app_id": ids.APP, "bot_id": ids.BOT, "always_active": True}
        if include_locale:
            user["locale"] = self.locale
        return user


@dataclass(slots=True)
class Channel:
    """A conversation; `kind` is `channel`, `group` (private), `im` or `mpim`."""

    id: str
    name: str
    members: set[str] = field(default_factory=set)
    kind: str = "channel"
    is_archived: bool = False
    is_ext_shared: bool = False
    topic: str = ""

    @property
    def bot_is_member(self) -> bool:
        """Whether the app's bot user is in the conversation."""
        return ids.BOT_USER in self.members

    @property
    def is_dm(self) -> bool:
        """Whether it is a direct message between two."""
        return self.kind == "im"

    def other(self, user: str) -> str:
        """The other person of a direct message."""
        return next(iter(sorted(self.members - {user})), user)

    def as_conversation(self, *, members: bool = False) -> dict[str, Any]:
        """Slack's conversation object (`conversations.info`) as the app sees it."""
        common: dict[str, Any] = {
            "id": self.id,
            "created": CREATED,
            "is_archived": self.is_archived,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_im": self.is_dm,
            "is_mpim": self.kind == "mpim",
            "is_private": self.kind != "channel",
            "is_org_shared": False,
            "context_team_id": ids.TEAM,
            "updated": CREATED * 1000,
        }
        if self.is_dm:
            return common | {"user": self.other(ids.BOT_USER), "is_user_deleted": False, "priority": 0}
        common |= {
            "name": self.name,
            "name_normalized": self.name,
            "is_general": False,
            "unlinked": 0,
            "is_shared": self.is_ext_shared,
            "is_ext_shared": self.is_ext_shared,
            "is_pending_ext_shared": False,
            "is_member": self.bot_is_member,
            "creator": "U0APPROVE1",
            "shared_team_ids": [ids.TEAM, ids.OTHER_TEAM] if self.is_ext_shared else [ids.TEAM],
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "previous_names": [],
        }
        if members:
            common["num_members"] = len(self.members)
        return common


@dataclass(slots=True)
class UserGroup:
    """A user group such as @ml-leads."""

    id: str
    handle: str
    name: str
    users: list[str]
    disabled: bool = False

    def as_usergroup(self, *, include_users: bool, include_count: bool) -> dict[str, Any]:
        """Slack's user group object."""
        group: dict[str, Any] = {
            "id": self.id,
            "team_id": ids.TEAM,
            "is_usergroup": True,
            "name": self.name,
            "description": "",
            "handle": self.handle,
            "is_external": False,
            "date_create": CREATED,
            "date_update": CREATED,
            "date_delete": CREATED if self.disabled else 0,
            "created_by": "U0APPROVE1",
        }
        if include_users:
            group["users"] = list(self.users)
        if include_count:
            group["user_count"] = len(self.users)
        return group


def _people() -> list[Person]:
    rin = Person(
        "U0REQUEST1",
        "rin",
        "Rin Okada",
        "ML engineer",
        tz="Asia/Tokyo",
        tz_label="Japan Standard Time",
        tz_offset=32_400,
        locale="ja-JP",
        color=COLORS[0],
    )
    return [
        rin,
        Person("U0APPROVE1", "ada", "Ada Lindqvist", "ML lead", color=COLORS[1]),
        Person("U0APPROVE2", "bruno", "Bruno Reis", "ML lead", color=COLORS[2]),
        Person("U0GUEST001", "gil", "Gil Guest", "Contractor", is_guest=True, color=COLORS[3]),
        Person("U0STRANGER", "sam", "Sam Stranger", team_id=ids.OTHER_TEAM, color=COLORS[4]),
        Person(ids.BOT_USER, "tunesmith", ids.APP_NAME, is_bot=True, color=COLORS[5]),
    ]


class Workspace:
    """Who and what there is; tests add channels, people and groups to the dictionaries."""

    def __init__(self) -> None:
        self.people = {person.id: person for person in _people()}
        leads = {"U0APPROVE1", "U0APPROVE2"}
        everyone = set(self.people)
        channels = [
            Channel("C0FINETUNE", "fine-tuning", everyone, is_ext_shared=True, topic="Training jobs"),
            Channel("C0APPROVAL", "ml-approvals", leads | {"U0REQUEST1", ids.BOT_USER}),
            Channel("C0RANDOM01", "random", leads | {"U0REQUEST1"}),
        ]
        self.channels = {channel.id: channel for channel in channels}
        self.groups = {"S0MLLEADS": UserGroup("S0MLLEADS", "ml-leads", "ML leads", sorted(leads))}
        for user in everyone - {ids.BOT_USER}:
            self.direct(user)

    def direct(self, user: str) -> Channel:
        """The direct message between the app and a person; made when there is none yet."""
        channel_id = f"D0{user[2:]}"
        if channel_id not in self.channels:
            self.channels[channel_id] = Channel(channel_id, "", {user, ids.BOT_USER}, kind="im")
        return self.channels[channel_id]

    def group_direct(self, users: Iterable[str]) -> Channel:
        """The direct message of several people and the app."""
        members = {*users, ids.BOT_USER}
        for channel in self.channels.values():
            if channel.kind == "mpim" and channel.members == members:
                return channel
        names = "--".join(self.people[user].name for user in sorted(members))
        number = sum(channel.kind == "mpim" for channel in self.channels.values()) + 1
        channel = Channel(f"G0MPIM{number:04d}", f"mpdm-{names}-1", members, kind="mpim")
        self.channels[channel.id] = channel
        return channel

    def find_channel(self, word: str) -> Channel | None:
        """A channel by its id, or a public one by its name with or without `#`."""
        if word in self.channels:
            return self.channels[word]
        name = word.removeprefix("#")
        return next((item for item in self.channels.values() if item.name == name and name), None)
