"""The port to the workspace: what the outbox, the live cards and the intake need of Slack.

`handlers/slack_chat.py` implements it; nothing in `bot` knows a Slack payload.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.datasets.report import Finding
from bot.datasets.spool import LeftOut
from bot.facts.datasets import DatasetFacts
from bot.facts.deployments import DeploymentFacts
from bot.facts.forms import HomeFacts
from bot.facts.jobs import JobFacts
from bot.facts.notice import Notice
from bot.facts.requests import RequestFacts


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as the surface built it: `text` for notifications, `blocks` opaque to `bot`."""

    text: str
    blocks: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message landed: channel id and Slack's timestamp."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFile:
    """A file in Slack as it describes itself; nothing of it is trusted.

    Attributes:
        size: bytes by Slack's account, None when it did not say.
        trouble: a code of `bot.errors.FileProblem` when it cannot be downloaded, empty otherwise.
        url: where to download; never shown, never logged.
    """

    id: str
    name: str
    size: int | None
    trouble: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person of the workspace as `users.info` tells it. `locale` and `tz` may be empty; `is_gone`: deactivated."""

    team_id: str
    user_id: str
    name: str
    locale: str
    tz: str
    is_guest: bool
    is_foreign: bool
    is_gone: bool = False


class Renderer(Protocol):
    """Turns facts into messages. `handlers/renderer.py` is the one that exists."""

    def message(self, notice: Notice, locale: str) -> Rendered:
        """A message that is sent once."""
        ...

    def job_card(self, facts: JobFacts, locale: str) -> Rendered:
        """The card of a job, edited in place."""
        ...

    def dataset_card(self, facts: DatasetFacts, locale: str) -> Rendered:
        """The card of a dataset in its owner's direct messages."""
        ...

    def data_report(
        self, facts: DatasetFacts, findings: Iterable[Finding | LeftOut], limit: int, locale: str
    ) -> bytes:
        """All findings about a dataset as a text file of at most `limit` bytes; reads `findings` once.

        May take long, so it is called in a thread. Raises what reading `findings` raises.
        """
        ...

    def request_card(self, facts: RequestFacts, locale: str) -> Rendered:
        """One round of an approval request in the approvers' channel, edited in place."""
        ...

    def own_request(self, facts: RequestFacts, locale: str) -> Rendered:
        """The requester's copy of it, in their direct messages."""
        ...

    def deployment_card(self, facts: DeploymentFacts, locale: str) -> Rendered:
        """The card of a deployment, edited in place."""
        ...

    def home(self, facts: HomeFacts, locale: str) -> Mapping[str, object]:
        """The Home tab's view."""
        ...


class Chat(Protocol):
    """Slack, as far as `bot` needs it.

    Every method raises `bot.errors.ChatError` (or `FileProblem` for files) and nothing else. Only `post` and
    `share` raise `ChatUnknown`.
    """

    async def post(self, channel: str, message: Rendered, *, key: str, thread_ts: str | None) -> Posted:
        """Post once; `key` goes into the message's metadata so that `find` can recognise it."""
        ...

    async def find(self, channel: str, key: str, *, thread_ts: str | None, since: datetime) -> Posted | None:
        """The message with this key that an unanswered `post` may have left."""
        ...

    async def update(self, at: Posted, message: Rendered, *, key: str) -> None:
        """Edit in place. `ChatRefused("message_not_found")` when it is gone."""
        ...

    async def direct(self, user: str) -> str:
        """The channel id of the direct message with a person."""
        ...

    async def upload(self, name: str, data: bytes) -> str:
        """Hand bytes over without sharing them; the file's id. Not shared means discarded, so it may be repeated."""
        ...

    async def share(self, file_id: str, title: str, channel: str, *, thread_ts: str | None) -> None:
        """Share an uploaded file, once."""
        ...

    async def is_shared(self, file_id: str, channel: str) -> bool:
        """Whether the file is visible in the channel."""
        ...

    async def publish_home(self, user: str, view: Mapping[str, object]) -> None:
        """Replace a person's Home tab."""
        ...

    async def member(self, user: str) -> Member:
        """Who this is."""
        ...

    async def group_members(self, group: str) -> frozenset[str]:
        """User ids of a user group."""
        ...

    async def file(self, file_id: str) -> SharedFile:
        """What Slack says of a file."""
        ...

    def download(self, file: SharedFile) -> AsyncIterator[bytes]:
        """The file's bytes; `FileProblem("login_page")` when Slack answers with a page instead."""
        ...
