"""The workspace's REST and GraphQL surfaces over one connection (contract 1, 2, 8).

Every part of this package speaks through `WorkspaceClient`; what is asked for stands in the parts themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from providers.calls import ASK, Answer, Call, Timeouts
from providers.databricks.errors import DatabricksDialect
from providers.errors import OutcomeUnknown, ProviderError, ServiceAnswer, Throttled, Unavailable
from providers.http import HttpService
from providers.mlflow.client import MlflowClient
from providers.mlflow.reading import UnreadableAnswerError, number, read_object, rows, text
from providers.redact import shown

GRAPHQL: Final = "/api/2.0/genai-mapi/graphql"
ME: Final = "/api/2.0/preview/scim/v2/Me"
# What the product's own package calls itself (contract 1).
GRAPHQL_HEADERS: Final = {"x-mosaicml-client": "databricks-genai", "x-mosaicml-client-version": "1.1.8"}
JsonObject = Mapping[str, Any]


class WorkspaceClient:
    """Speaks to one workspace; answers are JSON objects as the service sent them.

    `secrets` are taken out of what GraphQL answers tell; `service` does that for refusals by itself.

    Attributes:
        host: the workspace's address without a slash at the end.
        mlflow: its tracking server.
    """

    def __init__(
        self,
        service: HttpService,
        host: str,
        dialect: DatabricksDialect,
        secrets: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        self._service = service
        self._dialect = dialect
        self._secrets = secrets
        self._me = ""
        self.host = host
        self.mlflow = MlflowClient(service)

    async def get(
        self,
        operation: str,
        path: str,
        params: Mapping[str, str] | None = None,
        what: Mapping[str, str | int | float] | None = None,
    ) -> JsonObject:
        """GET, repeated where needed."""
        return await self.send(operation, "GET", path, params=params, what=what)

    async def send(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, str] | None = None,
        what: Mapping[str, str | int | float] | None = None,
        repeatable: bool = True,
        timeouts: Timeouts = ASK,
        headers: Mapping[str, str] | None = None,
    ) -> JsonObject:
        """One operation; no body is an empty object. With `repeatable=False` it is sent once (`OutcomeUnknown`)."""
        call = Call(
            operation=operation, method=method, path=path, repeatable=repeatable, timeouts=timeouts, json=json,
            params=params or {}, headers=headers or {}, what=what or {},
        )  # fmt: skip
        return _object(call, await self.answer(call))

    async def answer(self, call: Call) -> Answer:
        """Any call, with the whole answer."""
        return await self._service.call(call)

    async def pages(
        self,
        operation: str,
        path: str,
        items: str,
        params: Mapping[str, str] | None = None,
        what: Mapping[str, str | int | float] | None = None,
    ) -> Sequence[JsonObject]:
        """All objects of a list that goes on by `page_token`; a token that comes twice ends it."""
        found: list[JsonObject] = []
        seen: set[str] = set()
        token = ""
        while True:
            asked = {**(params or {}), **({"page_token": token} if token else {})}
            page = await self.get(operation, path, asked, what)
            found.extend(rows(page.get(items)))
            token = text(page.get("next_page_token"))
            if not token or token in seen:
                return found
            seen.add(token)

    async def graphql(
        self,
        operation: str,
        query: str,
        variables: JsonObject,
        *,
        function: str,
        repeatable: bool = True,
        timeouts: Timeouts = ASK,
        what: Mapping[str, str | int | float] | None = None,
    ) -> Any:
        """`data.<function>` of a GraphQL operation of the fine-tuning service.

        Errors inside an answer with status 200 become the same errors as those of the REST surface: 429 and 5xx of a
        repeatable operation are raised as Throttled and Unavailable, of one that is sent once as OutcomeUnknown.
        """
        call = Call(
            operation=operation, method="POST", path=GRAPHQL, repeatable=repeatable, timeouts=timeouts,
            json={"query": query, "variables": dict(variables)}, headers=GRAPHQL_HEADERS, what=what or {},
        )  # fmt: skip
        answer = await self.answer(call)
        told = _object(call, answer)
        errors = rows(told.get("errors"))
        if errors:
            raise self._graphql_problem(call, answer, errors[0])
        if text(told.get("error_code")):
            # The proxy in front of it refuses in the REST surface's form.
            code, message = shown(text(told["error_code"]), (), 100), self._words(told)
            seen = ServiceAnswer(status=200, code=code, message=message, request_id=answer.request_id)
            raise self._dialect.refusal(seen, call)
        data = told.get("data")
        if not isinstance(data, Mapping) or data.get(function) is None:
            raise _unreadable(call, answer)
        return data[function]

    async def me(self) -> str:
        """Name of the principal that we are signed in as (an e-mail address, or an application's id); asked once."""
        if not self._me:
            told = await self.get("whoami", ME)
            self._me = text(told.get("userName")) or text(told.get("applicationId")) or text(told.get("id"))
        return self._me

    async def aclose(self) -> None:
        """Close connections and the credential."""
        await self._service.aclose()

    def _words(self, told: JsonObject) -> str:
        return shown(text(told.get("message")), self._secrets())

    def _graphql_problem(self, call: Call, answer: Answer, error: JsonObject) -> ProviderError:
        extensions = error.get("extensions")
        code = number(extensions.get("code")) if isinstance(extensions, Mapping) else None
        status = int(code) if code is not None else 500
        message = self._words(error)
        params = {"operation": call.operation, **call.what}
        told = ServiceAnswer(status=status, message=message, request_id=answer.request_id)
        if status >= 500 or status == 408:
            kind = Unavailable if call.repeatable else OutcomeUnknown
            return kind("server_error" if call.repeatable else "no_answer", params, told)
        if status == 429:
            return Throttled("throttled", params, told)
        return self._dialect.graphql(status, message, answer.request_id, call)


def path_of(*segments: str) -> str:
    """A path of segments, each percent-encoded whole."""
    return "/" + "/".join(quote(one, safe="") for one in segments)


def volume_path(api: str, path: str) -> str:
    """`api` with a path of a volume behind it, each of its segments percent-encoded (contract 2)."""
    return api + path_of(*path.strip("/").split("/"))


def _object(call: Call, answer: Answer) -> dict[str, Any]:
    try:
        return read_object(answer.content)
    except UnreadableAnswerError as error:
        raise _unreadable(call, answer) from error


def _unreadable(call: Call, answer: Answer) -> ProviderError:
    told = ServiceAnswer(status=answer.status, request_id=answer.request_id)
    params = {"operation": call.operation, **call.what}
    if call.repeatable:
        return Unavailable("unreadable_answer", params, told)
    return OutcomeUnknown("no_answer", {**params, "reason": "unreadable_answer"}, told)
