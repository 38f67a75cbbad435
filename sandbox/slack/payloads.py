"""The parts that the payloads of interactions share (the samples under `specs/slack/payload-samples`)."""

from typing import Any

from sandbox.slack import ids
from sandbox.slack.workspace import Channel, Person


def interaction(kind: str, person: Person, **fields: Any) -> dict[str, Any]:
    """An interaction payload of this type."""
    return {
        "type": kind,
        "team": {"id": ids.TEAM, "domain": ids.TEAM_DOMAIN},
        "enterprise": None,
        "user": {
            "id": person.id,
            "username": person.name,
            "name": person.name,
            "team_id": person.team_id,
        },
        "api_app_id": ids.APP,
        "token": ids.VERIFICATION_TOKEN,
        "is_enterprise_install": False,
        **fields,
    }


def channel_name(channel: Channel) -> str:
    """The name as payloads give it."""
    if channel.is_dm:
        return "directmessage"
    return "privategroup" if channel.kind == "group" else channel.name


def channel_part(channel: Channel) -> dict[str, str]:
    """The field `channel` of payloads."""
    return {"id": channel.id, "name": channel_name(channel)}
