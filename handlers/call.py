"""One interaction, parsed at the edge: who, where, and how to answer. Nothing else of a payload is passed on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot.people import Actor

QUESTION: Final = "confirm:"
"""How the block ids of questions begin (`handlers.blocks.answers.confirm`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Attributes:
    key: what makes a redelivery recognisable.
    via: `command`, `button`, `modal`, `shortcut`, `mention`, `message`.
    channel: where it happened; empty on the Home tab and for global shortcuts.
    thread_ts: the thread's parent, when it happened in a thread.
    trigger_id: lives three seconds; empty for events.
    is_question: the click answers a question that only this person was asked, which the answer may replace.
    response_url: empty where there is none.
    """

    actor: Actor
    key: str
    via: str
    corr: str
    channel: str = ""
    thread_ts: str = ""
    message_ts: str = ""
    trigger_id: str = ""
    response_url: str = field(default="", repr=False)
    view: Mapping[str, Any] | None = field(default=None, repr=False)
    is_question: bool = False


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _sub(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name)
    return value if isinstance(value, Mapping) else {}


def of_command(body: Mapping[str, Any], corr: str) -> Call:
    """A slash command."""
    return Call(
        actor=Actor(team_id=_text(body.get("team_id")), user_id=_text(body.get("user_id"))),
        key=f"trigger:{_text(body.get('trigger_id'))}",
        via="command",
        corr=corr,
        channel=_text(body.get("channel_id")),
        trigger_id=_text(body.get("trigger_id")),
        response_url=_text(body.get("response_url")),
    )


def of_interaction(body: Mapping[str, Any], via: str, corr: str) -> Call:
    """A click, a shortcut or a view. The person's own team counts, not the workspace's (Slack Connect)."""
    user, team = _sub(body, "user"), _sub(body, "team")
    message, container = _sub(body, "message"), _sub(body, "container")
    view = body.get("view") if isinstance(body.get("view"), Mapping) else None
    trigger = _text(body.get("trigger_id"))
    return Call(
        actor=Actor(
            team_id=_text(user.get("team_id")) or _text(team.get("id")),
            user_id=_text(user.get("id")),
        ),
        key=f"trigger:{trigger}",
        via=via,
        corr=corr,
        channel=_text(_sub(body, "channel").get("id")) or _text(container.get("channel_id")),
        thread_ts=_text(message.get("thread_ts")) or _text(container.get("thread_ts")),
        message_ts=_text(body.get("message_ts"))
        or _text(container.get("message_ts"))
        or _text(message.get("ts")),
        trigger_id=trigger,
        response_url=_text(body.get("response_url")),
        view=view,
        is_question=_clicked_block(body).startswith(QUESTION),
    )


def _clicked_block(body: Mapping[str, Any]) -> str:
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else {}
    return _text(first.get("block_id")) if isinstance(first, Mapping) else ""


def of_message(body: Mapping[str, Any], event: Mapping[str, Any], corr: str) -> Call:
    """A message or a mention; both kinds of one message have the same key."""
    team = _text(event.get("user_team")) or _text(event.get("team")) or _text(body.get("team_id"))
    channel, ts = _text(event.get("channel")), _text(event.get("ts"))
    return Call(
        actor=Actor(team_id=team, user_id=_text(event.get("user"))),
        key=f"message:{channel}:{ts}",
        via="message" if _text(event.get("channel_type")) == "im" else "mention",
        corr=corr,
        channel=channel,
        thread_ts=_text(event.get("thread_ts")),
        message_ts=ts,
    )
