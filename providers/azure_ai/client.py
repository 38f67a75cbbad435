"""One workspace over HTTP: Azure Resource Manager, the region's data plane, and what else has an audience of its own.

A token for ARM can do more than the bot should ever do. It is sent to the configured host and nowhere else: links that
answers carry (`nextLink`, `Azure-AsyncOperation`, `Location`) are turned into paths below the configured base, and one
that points elsewhere is not followed.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from providers.auth import Auth
from providers.azure_ai.anonymous import Anonymous
from providers.azure_ai.dialect import WorkspaceDialect
from providers.azure_ai.settings import AzureAISettings
from providers.azure_ai.workspace import Workspace, read_workspace
from providers.base import State
from providers.calls import ASK, Answer, Call, Dialect, Timeouts
from providers.clock import Clock
from providers.errors import OutcomeUnknown, Refused, ServiceAnswer, Unavailable
from providers.http import HttpService, make_client
from providers.network import DEFAULT_PORTS
from providers.service import Surroundings

LOG = logging.getLogger(__name__)
PAGES: Final = 200
"""More pages than any workspace has; a list that does not end is an error and no reason to go on for ever."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `next` is what asks for the following one, None on the last."""

    items: tuple[Any, ...]
    next: State | None
    answer: Answer


class WorkspaceClient:
    """Speaks to one workspace; returns JSON as it came. Nothing is sent before the first call."""

    def __init__(self, settings: AzureAISettings, around: Surroundings) -> None:
        self.settings = settings
        self.id = settings.workspace
        self.path = self.id.path
        self._around = around
        self._auths: dict[str, Auth] = {}
        self._services: list[HttpService] = []
        self._dialect = WorkspaceDialect(self.id, settings.client_id or "")
        self._arm = self.service(settings.endpoint, self.auth(settings.management_scope), self._dialect)
        self._region: HttpService | None = None
        self._workspace: Workspace | None = None
        self._learning = asyncio.Lock()

    @property
    def clock(self) -> Clock:
        """Tells the present moment."""
        return self._around.clock

    def auth(self, scope: str) -> Auth:
        """Tokens for one audience; one source for all that ask for the same."""
        if scope not in self._auths:
            self._auths[scope] = self.settings.open_auth(scope, self._around.network, self.clock)
        return self._auths[scope]

    def service(self, base_url: str, auth: Auth, dialect: Dialect) -> HttpService:
        """Another service of this connection (storage, vault, inference); closed with this client."""
        made = HttpService(
            base_url,
            client=make_client(self._around.network, headers={"User-Agent": "tunesmith"}),
            auth=auth,
            dialect=dialect,
            clock=self.clock,
            sleep=self._around.sleep,
            random=self._around.random,
            policy=self._around.policy,
        )
        self._services.append(made)
        return made

    async def workspace(self) -> Workspace:
        """What the workspace tells of itself; asked once.

        Raises:
            Unavailable: `unreadable_answer` when it tells no region or id: nothing could be addressed.
        """
        async with self._learning:
            if self._workspace is None:
                self._workspace = await self._read_workspace()
            return self._workspace

    async def _read_workspace(self) -> Workspace:
        call = self.call("workspace", "workspace.get", "GET", self.path)
        answer = await self._arm.call(call)
        found = read_workspace(self.id, value_of(call, answer))
        if not found.region or not found.guid:
            raise unreadable(call, answer)
        return found

    async def region(self) -> HttpService:
        """The region's data plane: run history, metrics, MLflow (contract 1, 6)."""
        if self._region is None:
            base = self.settings.api or await self._told_region()
            self._region = self.service(base, self.auth(self.settings.api_scope), self._dialect)
        return self._region

    async def _told_region(self) -> str:
        """What the workspace's discovery address tells; the address itself needs no token (contract 1)."""
        workspace = await self.workspace()
        parts = urlsplit(workspace.discovery_url)
        if not parts.path.strip("/"):
            return workspace.default_api
        service = self.service(workspace.default_api, Anonymous(), self._dialect)
        call = Call(operation="workspace.discovery", method="GET", path=parts.path, repeatable=True)
        try:
            return workspace.told_api(value_of(call, await service.call(call)))
        except Refused as error:
            LOG.warning("the region's address is taken from the workspace's own: %s", error)
            return workspace.default_api
        finally:
            self._services.remove(service)
            await service.aclose()

    async def region_get(
        self, operation: str, path: str, params: Mapping[str, str] | None = None, **what: str
    ) -> Any:
        """One JSON value of the region's data plane; `path` begins with a slash."""
        call = Call(
            operation=operation, method="GET", path=path, repeatable=True, params=params or {}, what=what
        )
        return value_of(call, await (await self.region()).call(call))

    async def get(
        self,
        group: str,
        operation: str,
        path: str,
        params: Mapping[str, str] | None = None,
        what: Mapping[str, str] | None = None,
    ) -> Any:
        """One JSON value of ARM."""
        call = self.call(group, operation, "GET", path, params, what=what or {})
        return value_of(call, await self._arm.call(call))

    async def answer(
        self,
        group: str,
        operation: str,
        method: str,
        path: str,
        *,
        json: Any = None,
        repeatable: bool = True,
        timeouts: Timeouts = ASK,
        params: Mapping[str, str] | None = None,
        what: Mapping[str, str | int | float] | None = None,
    ) -> Answer:
        """Any call of ARM; the whole answer, with `operation-location` and the like in its headers."""
        return await self._arm.call(
            self.call(
                group, operation, method, path, params,
                json=json, repeatable=repeatable, timeouts=timeouts, what=what or {},
            )
        )  # fmt: skip

    async def send(self, call: Call) -> Answer:
        """Any call of ARM that `call` has made."""
        return await self._arm.call(call)

    async def value(self, call: Call) -> Any:
        """The JSON value that answers a call of ARM."""
        return value_of(call, await self._arm.call(call))

    async def page(
        self,
        group: str,
        operation: str,
        path: str,
        params: Mapping[str, str] | None = None,
        after: State | None = None,
    ) -> Page:
        """One page of a list; one request. `after` is the `next` of the page before.

        Raises:
            Unavailable: `unreadable_answer` when it is no list or goes on somewhere else: half a list would look as if
                the rest had been deleted.
        """
        call = self._at(self.call(group, operation, "GET", path, params), after)
        answer = await self._arm.call(call)
        page = value_of(call, answer)
        listed = page.get("value") if isinstance(page, dict) else None
        if not isinstance(listed, list):
            raise unreadable(call, answer)
        link = page.get("nextLink")
        following = self.link(link) if link else None
        if link and not following:
            raise unreadable(call, answer)
        return Page(tuple(listed), following, answer)

    async def items(
        self, group: str, operation: str, path: str, params: Mapping[str, str] | None = None
    ) -> list[Any]:
        """The items of all pages."""
        items: list[Any] = []
        after: State | None = None
        for _ in range(PAGES):
            page = await self.page(group, operation, path, params, after)
            items += page.items
            if page.next is None or page.next == after:
                return items
            after = page.next
        raise Unavailable("unreadable_answer", {"operation": operation})

    async def follow(
        self, group: str, operation: str, state: State, what: Mapping[str, str] | None = None
    ) -> Answer:
        """GET what `link` has kept."""
        return await self._arm.call(self._at(self.call(group, operation, "GET", "", what=what or {}), state))

    def link(self, url: object) -> State:
        """A link as it is kept: path and query below the base; empty when it points elsewhere."""
        target = self._local(url)
        return {"path": target[0], "query": dict(target[1])} if target else {}

    async def aclose(self) -> None:
        """Close connections and credentials."""
        for one in self._services:
            await one.aclose()

    def call(
        self,
        group: str,
        operation: str,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        **rest: Any,
    ) -> Call:
        """A call of ARM with the api-version of its group."""
        query = {"api-version": self.settings.api_version(group), **(params or {})}
        return Call(
            operation=operation, method=method, path=path, params=query, **{"repeatable": True, **rest}
        )

    @staticmethod
    def _at(call: Call, state: State | None) -> Call:
        if not state:
            return call
        query = state.get("query")
        params = {name: str(value) for name, value in query.items()} if isinstance(query, dict) else {}
        return replace(call, path=str(state.get("path")), params=params)

    def _local(self, url: object) -> tuple[str, dict[str, str]] | None:
        """Path below the configured base and query of a link; None when it points anywhere else."""
        if not isinstance(url, str):
            return None
        base = urlsplit(self.settings.endpoint)
        try:
            parts = urlsplit(url)
            same = _origin(parts.scheme, parts.hostname, parts.port) == _origin(
                base.scheme, base.hostname, base.port
            )
        except ValueError:
            return None
        if not same or "@" in parts.netloc or not parts.path.startswith(f"{base.path}/"):
            return None
        if ".." in unquote(parts.path).split("/"):
            return None
        return parts.path.removeprefix(base.path), dict(parse_qsl(parts.query, keep_blank_values=True))


def value_of(call: Call, answer: Answer) -> Any:
    """The JSON value of an answer. Raises Unavailable (`unreadable_answer`), OutcomeUnknown for what is sent once."""
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError) as error:
        if not call.repeatable:
            seen = ServiceAnswer(status=answer.status, request_id=answer.request_id)
            params = {"operation": call.operation, **call.what, "reason": "unreadable_answer"}
            raise OutcomeUnknown("no_answer", params, seen) from error
        raise unreadable(call, answer) from error


def unreadable(call: Call, answer: Answer) -> Unavailable:
    """The error for an answer that is not what this operation answers."""
    seen = ServiceAnswer(status=answer.status, request_id=answer.request_id)
    return Unavailable("unreadable_answer", {"operation": call.operation, **call.what}, seen)


def part(text: str) -> str:
    """A name as one part of a path."""
    return quote(text, safe="")


def _origin(scheme: str, host: str | None, port: int | None) -> tuple[str, str, int]:
    return scheme, (host or "").lower(), port or DEFAULT_PORTS.get(scheme, 0)
