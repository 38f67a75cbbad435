"""`bot.chat.Chat` over Slack's Web API."""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import Any

import httpx
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat import Member, Posted, Rendered, SharedFile
from bot.config.settings import SlackSettings
from bot.errors import ChatRefused, ChatUnavailable, FileProblem
from handlers.slack import files
from handlers.slack.web import ask

EVENT = "tunesmith_message"
LOOK_PAGES = 5
TEXT_LIMIT = 3900
FILE_REFUSALS = {
    "file_not_found": "not_visible",
    "file_deleted": "tombstone",
    "not_visible": "not_visible",
    "access_denied": "access_denied",
}


class SlackChat:
    """Posts, edits, finds, uploads. Holds the direct messages' channels, which never change."""

    def __init__(self, client: AsyncWebClient, http: httpx.AsyncClient, slack: SlackSettings) -> None:
        self._client, self._http, self._slack = client, http, slack
        self._directs: dict[str, str] = {}

    async def post(self, channel: str, message: Rendered, *, key: str, thread_ts: str | None) -> Posted:
        """Post once, with the key in the metadata."""
        response = await ask(
            self._client.chat_postMessage(
                channel=channel,
                text=message.text[:TEXT_LIMIT],
                blocks=_blocks(message),
                thread_ts=thread_ts,
                metadata=_metadata(key),
                unfurl_links=False,
                unfurl_media=False,
                link_names=False,
            ),
            once=True,
        )
        return Posted(str(response["channel"]), str(response["ts"]))

    async def find(self, channel: str, key: str, *, thread_ts: str | None, since: datetime) -> Posted | None:
        """Look through the newest messages of the channel or thread for our key."""
        cursor: str | None = None
        for _ in range(LOOK_PAGES):
            common: dict[str, Any] = {
                "channel": channel,
                "limit": 100,
                "include_all_metadata": True,
                "oldest": f"{since.timestamp():.6f}",
                "cursor": cursor,
            }
            if thread_ts:
                response = await ask(self._client.conversations_replies(ts=thread_ts, **common))
            else:
                response = await ask(self._client.conversations_history(**common))
            for message in response.get("messages") or ():
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("key") == key:
                    return Posted(channel, str(message["ts"]))
            cursor = (response.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return None
        return None

    async def update(self, at: Posted, message: Rendered, *, key: str) -> None:
        """Edit in place; text and blocks always together."""
        await ask(
            self._client.chat_update(
                channel=at.channel,
                ts=at.ts,
                text=message.text[:TEXT_LIMIT],
                blocks=_blocks(message),
                metadata=_metadata(key),
            )
        )

    async def direct(self, user: str) -> str:
        """Open the direct message with a person."""
        known = self._directs.get(user)
        if known is None:
            response = await ask(self._client.conversations_open(users=user))
            known = self._directs[user] = str(response["channel"]["id"])
        return known

    async def upload(self, name: str, data: bytes) -> str:
        """First two of Slack's three steps; without the third Slack discards the bytes."""
        response = await ask(self._client.files_getUploadURLExternal(filename=name, length=len(data)))
        try:
            answer = await self._http.post(str(response["upload_url"]), content=data, timeout=60.0)
        except httpx.HTTPError as error:
            raise ChatUnavailable("chat_no_answer", {"why": type(error).__name__}) from None
        if answer.status_code != httpx.codes.OK:
            raise ChatUnavailable("chat_trouble", {"status": answer.status_code})
        return str(response["file_id"])

    async def share(self, file_id: str, title: str, channel: str, *, thread_ts: str | None) -> None:
        """The third step, once."""
        await ask(
            self._client.files_completeUploadExternal(
                files=[{"id": file_id, "title": title}], channel_id=channel, thread_ts=thread_ts
            ),
            once=True,
        )

    async def is_shared(self, file_id: str, channel: str) -> bool:
        """Slack shares late and sometimes not at all (contracts/slack.md section 2.1): look."""
        try:
            response = await ask(self._client.files_info(file=file_id))
        except ChatRefused as error:
            if error.code in FILE_REFUSALS:
                return False
            raise
        shares = response["file"].get("shares") or {}
        return any(channel in places for places in shares.values())

    async def publish_home(self, user: str, view: Mapping[str, object]) -> None:
        """Replace a person's Home tab."""
        await ask(self._client.views_publish(user_id=user, view=dict(view)))

    async def member(self, user: str) -> Member:
        """Who this is."""
        response = await ask(self._client.users_info(user=user, include_locale=True))
        data = response["user"]
        profile = data.get("profile") or {}
        return Member(
            team_id=str(data.get("team_id", "")),
            user_id=str(data["id"]),
            name=str(profile.get("display_name") or data.get("real_name") or data.get("name") or user),
            locale=str(data.get("locale") or ""),
            tz=str(data.get("tz") or ""),
            is_guest=bool(data.get("is_restricted") or data.get("is_ultra_restricted")),
            is_foreign=bool(data.get("is_stranger")),
            is_gone=bool(data.get("deleted")),
        )

    async def group_members(self, group: str) -> frozenset[str]:
        """User ids of a user group."""
        response = await ask(self._client.usergroups_users_list(usergroup=group))
        users: Iterable[str] = response.get("users") or ()
        return frozenset(users)

    async def file(self, file_id: str) -> SharedFile:
        """What Slack says of a file. Raises `FileProblem` when it says nothing to us."""
        try:
            response = await ask(self._client.files_info(file=file_id))
        except ChatRefused as error:
            if error.code in FILE_REFUSALS:
                raise FileProblem(FILE_REFUSALS[error.code], {"name": file_id}) from None
            raise
        return files.shared_file(response["file"])

    def download(self, file: SharedFile) -> AsyncIterator[bytes]:
        """The file's bytes."""
        token = self._slack.bot_token.get_secret_value()
        return files.download(self._http, file, token, self._slack.file_hosts)


def _blocks(message: Rendered) -> list[dict[str, Any]]:
    return [dict(block) for block in message.blocks]


def _metadata(key: str) -> dict[str, Any]:
    return {"event_type": EVENT, "event_payload": {"key": key}}
