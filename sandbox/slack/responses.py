"""What the app answers to a command or a click: acknowledgement bodies and `response_url`s (contract section 1.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sandbox.clock import Clock
from sandbox.slack.blocks import check_attachments, check_blocks
from sandbox.slack.errors import SlackError, refused_blocks
from sandbox.slack.ids import Ids
from sandbox.slack.messages import Message, Messages
from sandbox.slack.posting import Posting
from sandbox.slack.workspace import Workspace

USES: Final = 5
LIFETIME: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer belongs: the person, the channel, and the message that was used, if any."""

    user: str
    channel: str
    message_ts: str | None = None
    is_ephemeral: bool = False
    command: str | None = None


@dataclass(slots=True)
class _ResponseUrl:
    place: Place
    expires: datetime
    left: int = USES


class Responses:
    """Gives out `response_url`s and carries out what is posted to them."""

    def __init__(
        self, workspace: Workspace, messages: Messages, posting: Posting, clock: Clock, made_ids: Ids
    ) -> None:
        self.base_url = ""
        self._workspace = workspace
        self._messages = messages
        self._posting = posting
        self._clock = clock
        self._ids = made_ids
        self._urls: dict[str, _ResponseUrl] = {}

    def new_url(self, place: Place) -> str:
        """A new `response_url`: five uses in thirty minutes."""
        token = self._ids.secret()
        self._urls[token] = _ResponseUrl(place, self._clock.now() + LIFETIME)
        return f"{self.base_url}/slack/response/{token}"

    def post(self, token: str, body: Any) -> None:
        """Carry out what the app posted to a `response_url`. Raises SlackError."""
        url = self._urls.get(token)
        if url is None:
            raise SlackError("invalid_url", status=404)
        if self._clock.now() > url.expires:
            raise SlackError("expired_url", status=404)
        if url.left <= 0:
            raise SlackError("used_url", status=404)
        if not isinstance(body, dict):
            raise SlackError("invalid_payload", status=400)
        try:
            self.answer(url.place, body)
        except SlackError as error:
            error.status = 400
            raise
        url.left -= 1

    def acknowledged(self, place: Place, payload: Any) -> None:
        """Carry out the body of an acknowledgement of a command. Raises SlackError."""
        if isinstance(payload, str) and payload:
            payload = {"text": payload}
        if isinstance(payload, dict) and payload:
            self.answer(place, payload)

    def answer(self, place: Place, body: Mapping[str, Any]) -> None:
        """Post, replace or delete. Raises SlackError `no_text`, `invalid_blocks`."""
        if body.get("delete_original"):
            self._delete(place)
            return
        text = str(body.get("text") or "")
        blocks, attachments = body.get("blocks"), body.get("attachments")
        in_channel = body.get("response_type") == "in_channel"
        if in_channel and place.command is not None:
            channel = self._workspace.channels[place.channel]
            self._posting.from_person(channel, place.user, place.command, silent=True)
        if not text and not blocks and not attachments:
            if in_channel:
                return
            raise SlackError("no_text")
        refused = check_blocks(blocks, "message") if blocks else []
        refused += check_attachments(attachments) if attachments else []
        if refused:
            raise refused_blocks(refused)
        if body.get("replace_original") and place.message_ts is not None:
            self._replace(place, {"text": text, "blocks": blocks, "attachments": attachments})
            return
        self._new(place, body, text, in_channel=in_channel)

    def _new(self, place: Place, body: Mapping[str, Any], text: str, *, in_channel: bool) -> None:
        channel = self._workspace.channels[place.channel]
        given: dict[str, Any] = {
            "blocks": body.get("blocks"),
            "attachments": body.get("attachments"),
            "thread_ts": body.get("thread_ts"),
        }
        if in_channel:
            self._posting.from_app(channel, text, metadata=body.get("metadata"), **given)
            return
        self._posting.ephemeral(channel, place.user, self._posting.app_message(text, **given))

    def _replace(self, place: Place, fields: dict[str, Any]) -> None:
        channel = self._workspace.channels[place.channel]
        message = self._original(place)
        if place.is_ephemeral:
            self._posting.change_ephemeral(channel, place.user, message, fields)
        else:
            self._posting.change(channel, message, fields)

    def _delete(self, place: Place) -> None:
        channel = self._workspace.channels[place.channel]
        message = self._original(place)
        if place.is_ephemeral:
            self._posting.delete_ephemeral(channel, place.user, message["ts"])
        else:
            self._posting.delete(channel, message["ts"])

    def _original(self, place: Place) -> Message:
        ts = place.message_ts or ""
        find = self._messages.ephemeral if place.is_ephemeral else self._messages.get
        message = find(place.channel, ts)
        if message is None:
            raise SlackError("message_not_found")
        return message
