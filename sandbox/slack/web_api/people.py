"""`auth.test`, `users.*`, `usergroups.*`, `team.info`, `bots.info`, `reactions.add`, `apps.connections.open`."""

from collections.abc import Mapping
from typing import Any, Final

from sandbox.slack import ids
from sandbox.slack.errors import SlackError
from sandbox.slack.web_api.conversations import paged
from sandbox.slack.web_api.method import TIER_2, TIER_3, TIER_4, Args, Context, Method


async def auth_test(context: Context, _args: Args) -> dict[str, Any]:
    """Who the token belongs to."""
    return {
        "url": f"{context.base_url()}/",
        "team": ids.TEAM_NAME,
        "user": "tunesmith",
        "team_id": ids.TEAM,
        "user_id": ids.BOT_USER,
        "bot_id": ids.BOT,
        "is_enterprise_install": False,
    }


async def connections_open(context: Context, _args: Args) -> dict[str, Any]:
    """A new one-time address for Socket Mode."""
    address = context.base_url().replace("http", "ws", 1)
    return {"url": f"{address}/slack/link/?ticket={context.socket_mode.ticket()}&app_id={ids.APP}"}


async def users_info(context: Context, args: Args) -> dict[str, Any]:
    """One person."""
    person = context.workspace.people.get(args.needed("user", "user_not_found"))
    if person is None:
        raise SlackError("user_not_found")
    return {"user": person.as_user(include_locale=args.flag("include_locale"))}


async def users_list(context: Context, args: Args) -> dict[str, Any]:
    """Everybody of the workspace and of its shared channels."""
    locale = args.flag("include_locale")
    everyone = [person.as_user(include_locale=locale) for person in context.workspace.people.values()]
    shown, cursor = paged(everyone, args)
    return {"members": shown} | {"response_metadata": {"next_cursor": cursor}}


async def usergroups_list(context: Context, args: Args) -> dict[str, Any]:
    """The user groups."""
    return {
        "usergroups": [
            group.as_usergroup(
                include_users=args.flag("include_users"), include_count=args.flag("include_count")
            )
            for group in context.workspace.groups.values()
            if args.flag("include_disabled") or not group.disabled
        ]
    }


async def usergroups_users(context: Context, args: Args) -> dict[str, Any]:
    """The members of a user group."""
    group = context.workspace.groups.get(args.needed("usergroup", "no_such_subteam"))
    if group is None or (group.disabled and not args.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


async def team_info(_context: Context, _args: Args) -> dict[str, Any]:
    """The workspace."""
    return {
        "team": {
            "id": ids.TEAM,
            "name": ids.TEAM_NAME,
            "domain": ids.TEAM_DOMAIN,
            "url": "https://sandbox.invalid/",
            "email_domain": "",
            "icon": {"image_default": True},
        }
    }


async def bots_info(_context: Context, args: Args) -> dict[str, Any]:
    """The app's bot."""
    if args.text("bot", ids.BOT) != ids.BOT:
        raise SlackError("bot_not_found")
    bot = {"id": ids.BOT, "deleted": False, "name": ids.APP_NAME, "updated": 1_760_000_000}
    return {"bot": bot | {"app_id": ids.APP, "user_id": ids.BOT_USER, "icons": {}}}


async def reactions_add(context: Context, args: Args) -> dict[str, Any]:
    """Add an emoji to a message."""
    channel = context.joined(args.needed("channel", "channel_not_found"))
    name = args.needed("name", "no_item_specified")
    message = context.messages.get(channel.id, args.needed("timestamp", "message_not_found"))
    if message is None:
        raise SlackError("message_not_found")
    reactions = message.setdefault("reactions", [])
    if any(item["name"] == name and ids.BOT_USER in item["users"] for item in reactions):
        raise SlackError("already_reacted")
    reactions.append({"name": name, "users": [ids.BOT_USER], "count": 1})
    context.posting.refresh(channel, message)
    return {}


METHODS: Final[Mapping[str, Method]] = {
    "auth.test": Method(auth_test, None, None),
    "apps.connections.open": Method(connections_open, "connections:write", TIER_3, "app"),
    "users.info": Method(users_info, "users:read", TIER_4),
    "users.list": Method(users_list, "users:read", TIER_2),
    "usergroups.list": Method(usergroups_list, "usergroups:read", TIER_2),
    "usergroups.users.list": Method(usergroups_users, "usergroups:read", TIER_2),
    "team.info": Method(team_info, "team:read", TIER_3),
    "bots.info": Method(bots_info, "users:read", TIER_3),
    "reactions.add": Method(reactions_add, "reactions:write", TIER_3),
}
