"""Azure Resource Manager and Azure Monitor of one account: requests, pages, links (contract 2.1, 3.3).

A token for ARM can do more than one for the data plane. It is sent to the configured host and nowhere else: links
that answers carry (`nextLink`, `Azure-AsyncOperation`, `Location`) are turned into paths below the configured base, and
one that points elsewhere is not followed.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from providers.azure_openai.resource_id import ResourceId
from providers.azure_openai.settings import AzureOpenAISettings
from providers.base import State
from providers.calls import SUBMIT, Answer, Call
from providers.errors import ServiceAnswer, Unavailable
from providers.http import HttpService
from providers.network import DEFAULT_PORTS

PAGES: Final = 200
"""More pages than any account has; a list that does not end is an error and no reason to go on for ever."""


class ArmClient:
    """Speaks to the control plane; returns JSON as it came."""

    def __init__(self, service: HttpService, settings: AzureOpenAISettings, resource: ResourceId) -> None:
        self._service = service
        self._settings = settings
        self.resource = resource

    def deployment(self, name: str) -> str:
        """Path of a deployment."""
        return f"{self.resource.path}/deployments/{quote(name, safe='')}"

    async def get(
        self,
        group: str,
        operation: str,
        path: str,
        params: Mapping[str, str] | None = None,
        what: Mapping[str, str] | None = None,
    ) -> Any:
        """One JSON value."""
        call = self._call(group, operation, "GET", path, params, what=what or {})
        return value_of(call, await self._service.call(call))

    async def items(self, group: str, operation: str, path: str) -> list[Any]:
        """The items of all pages.

        Raises:
            Unavailable: `unreadable_answer` when a page is no list, or the list goes on somewhere else or for
                ever: half a list would look as if the rest had been deleted.
        """
        items: list[Any] = []
        call = self._call(group, operation, "GET", path)
        for _ in range(PAGES):
            answer = await self._service.call(call)
            page = value_of(call, answer)
            listed = page.get("value") if isinstance(page, dict) else None
            if not isinstance(listed, list):
                raise unreadable(call, answer)
            items += listed
            link = page.get("nextLink")
            if not link:
                return items
            target = self.local(link)
            if target is None:
                raise unreadable(call, answer)
            call = replace(call, path=target[0], params=target[1])
        raise Unavailable("unreadable_answer", {"operation": operation, **call.what})

    async def put(
        self, operation: str, path: str, body: Mapping[str, Any], what: Mapping[str, str | int]
    ) -> Answer:
        """PUT, once."""
        return await self._service.call(
            self._call(
                "deployments",
                operation,
                "PUT",
                path,
                json=dict(body),
                repeatable=False,
                timeouts=SUBMIT,
                what=what,
            )
        )

    async def delete(self, operation: str, path: str, what: Mapping[str, str]) -> Answer:
        """DELETE; doing it twice is the same as once."""
        return await self._service.call(self._call("deployments", operation, "DELETE", path, what=what))

    async def follow(self, operation: str, state: State, what: Mapping[str, str]) -> Answer:
        """GET what `link` has kept."""
        query = state.get("query")
        params = {name: str(value) for name, value in query.items()} if isinstance(query, dict) else {}
        call = self._call("deployments", operation, "GET", str(state.get("path")), what=what)
        return await self._service.call(replace(call, params=params))

    def link(self, url: str) -> State:
        """A link as it is kept: path and query below the base; empty when it points elsewhere."""
        target = self.local(url)
        return {"path": target[0], "query": dict(target[1])} if target else {}

    def local(self, url: object) -> tuple[str, dict[str, str]] | None:
        """Path below the configured base and query of a link; None when it points anywhere else."""
        if not isinstance(url, str):
            return None
        base = urlsplit(self._settings.management)
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

    async def aclose(self) -> None:
        """Close connections and the credential."""
        await self._service.aclose()

    def _call(
        self,
        group: str,
        operation: str,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        **rest: Any,
    ) -> Call:
        query = {"api-version": self._settings.api_version(group), **(params or {})}
        options = {"repeatable": True, **rest}
        return Call(operation=operation, method=method, path=path, params=query, **options)


def value_of(call: Call, answer: Answer) -> Any:
    """The JSON value of an answer. Raises Unavailable (`unreadable_answer`)."""
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError) as error:
        raise unreadable(call, answer) from error


def value_or_none(answer: Answer) -> Any:
    """The JSON value of an answer that counts also when it cannot be read; None then."""
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        return None


def unreadable(call: Call, answer: Answer) -> Unavailable:
    """The error for an answer that is not what this operation answers."""
    seen = ServiceAnswer(status=answer.status, request_id=answer.request_id)
    return Unavailable("unreadable_answer", {"operation": call.operation, **call.what}, seen)


def _origin(scheme: str, host: str | None, port: int | None) -> tuple[str, str, int]:
    return scheme, (host or "").lower(), port or DEFAULT_PORTS.get(scheme, 0)
