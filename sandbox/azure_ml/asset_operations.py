"""Data assets and models of a workspace, with their versions (contract 2 "Output model", 5.4)."""

from collections.abc import Callable
from typing import Any, Final

from aiohttp import web

from sandbox.azure_ml import errors
from sandbox.azure_ml.data_uri import UnresolvedError, resolve
from sandbox.azure_ml.fields import Fields, checked_name, settled
from sandbox.azure_ml.gateway import WORKSPACE, ArmCall, ArmOperation, MlGateway
from sandbox.azure_ml.options import PROVIDER, MlOptions
from sandbox.azure_ml.paging import page
from sandbox.azure_ml.stamps import Stamps
from sandbox.azure_ml.workspace import DataVersion, ModelVersion, Workspace
from sandbox.clock import Clock

_DATA: Final = ("uri_file", "uri_folder", "mltable")
_DATA_FIELDS: Final = (
    "dataType", "dataUri", "description", "isAnonymous", "isArchived", "tags", "properties",
)  # fmt: skip
_MODEL_FIELDS: Final = (
    "description", "flavors", "isAnonymous", "isArchived", "jobName", "modelType", "modelUri", "properties", "stage",
    "tags", "provisioningState",
)  # fmt: skip

Asset = DataVersion | ModelVersion
Held = Callable[[Workspace], dict[tuple[str, str], Any]]


class _Shelf:
    """Reading and removing what both kinds have alike; `kind` is `data` or `models`."""

    def __init__(
        self,
        kind: str,
        held: Held,
        more: Callable[[Asset], dict[str, Any]],
        size: int,
        clock: Clock,
    ) -> None:
        self._kind, self._held, self._more = kind, held, more
        self._size, self._clock = size, clock

    async def containers(self, call: ArmCall) -> web.StreamResponse:
        """200 with a page of names."""
        names = list(dict.fromkeys(name for name, _ in reversed(self._held(call.workspace))))
        return page(call, names, lambda name: self._container(call, name), self._size)

    async def container(self, call: ArmCall) -> web.StreamResponse:
        """200 with one name."""
        self._named(call)
        return web.json_response(self._container(call, call.parts["name"]))

    async def versions(self, call: ArmCall) -> web.StreamResponse:
        """200 with a page of versions, the newest first."""
        rows = _narrowed(call, self._named(call)[::-1])
        top = call.request.query.get("$top", "")
        size = int(top) if top.isdecimal() and int(top) else self._size
        return page(call, rows, lambda one: _json(call, self._kind, one), size)

    async def version(self, call: ArmCall) -> web.StreamResponse:
        """200 with one version."""
        key = (call.parts["name"], call.parts["version"])
        found = self._held(call.workspace).get(key)
        if found is None:
            raise errors.not_found(self._kind.capitalize(), ":".join(key))
        return web.json_response(_json(call, self._kind, found))

    async def delete(self, call: ArmCall) -> web.StreamResponse:
        """200 for a version, or a name with all of them; 204 when there is none. Refused while it is deployed."""
        there = self._held(call.workspace)
        wanted = [key for key in there if key[0] == call.parts["name"]]
        if "version" in call.parts:
            wanted = [key for key in wanted if key[1] == call.parts["version"]]
        call.workspace.settle(self._clock.now())
        for key in wanted:
            _refuse_deployed(call.workspace, there[key])
        for key in wanted:
            del there[key]
        return web.Response(status=200 if wanted else 204)

    def _named(self, call: ArmCall) -> list[Any]:
        """The versions of a name, oldest first. Raises ArmError."""
        rows = [one for key, one in self._held(call.workspace).items() if key[0] == call.parts["name"]]
        if not rows:
            raise errors.not_found(self._kind.capitalize(), call.parts["name"])
        return rows

    def _container(self, call: ArmCall, name: str) -> dict[str, Any]:
        last = [one for key, one in self._held(call.workspace).items() if key[0] == name][-1]
        return {
            "id": f"{call.workspace.facts.id}/{self._kind}/{name}",
            "name": name,
            "type": f"{PROVIDER}/workspaces/{self._kind}",
            "systemData": last.stamps.as_json(),
            "properties": {
                "isArchived": False,
                "latestVersion": last.version,
                "nextVersion": str(int(last.version) + 1) if last.version.isdecimal() else "1",
                "tags": {},
                "properties": {},
                **self._more(last),
            },
        }


class AssetOperations:
    """Serves both kinds; versions of data cannot be changed once they are there."""

    def __init__(self, gateway: MlGateway, options: MlOptions, clock: Clock) -> None:
        self._options, self._clock = options, clock
        self._add(gateway, "data", lambda workspace: workspace.data, self.put_data, data_container)
        self._add(gateway, "models", lambda workspace: workspace.models, self.put_model, model_container)

    def _add(
        self,
        gateway: MlGateway,
        kind: str,
        held: Held,
        put: ArmOperation,
        container: Callable[[Asset], dict[str, Any]],
    ) -> None:
        shelf = _Shelf(kind, held, container, self._options.page, self._clock)
        for method, path, operation, verb in (
            ("GET", "", shelf.containers, "read"),
            ("GET", "/{name}", shelf.container, "read"),
            ("DELETE", "/{name}", shelf.delete, "delete"),
            ("GET", "/{name}/versions", shelf.versions, "versions/read"),
            ("GET", "/{name}/versions/{version}", shelf.version, "versions/read"),
            ("PUT", "/{name}/versions/{version}", put, "versions/write"),
            ("DELETE", "/{name}/versions/{version}", shelf.delete, "versions/delete"),
        ):
            gateway.add(
                method,
                f"{WORKSPACE}/{kind}{path}",
                operation,
                resource_type=f"workspaces/{kind}",
                action=f"{PROVIDER}/workspaces/{kind}/{verb}",
            )

    async def put_data(self, call: ArmCall) -> web.StreamResponse:
        """201, or 200 for the same again; another address under a version that is there is refused."""
        name, version = checked_name("Data", call.parts["name"]), call.parts["version"]
        problems: list[str] = []
        sent = Fields(await call.body(), "", problems).below("properties")
        sent.only(*_DATA_FIELDS)
        sent.word("dataType", _DATA, needed=True)
        uri = sent.text("dataUri", needed=True) or ""
        for flag in ("isAnonymous", "isArchived"):
            sent.flag(flag)
        for texts in ("tags", "properties"):
            sent.texts(texts)
        settled(problems)
        try:
            resolve(call.workspace, uri)
        except UnresolvedError as error:
            raise errors.invalid(str(error), "DataUriInvalid") from error
        known = call.workspace.data.get((name, version))
        if known is not None and known.properties["dataUri"] != uri:
            msg = (
                f"A data version with this name and version already exists. '{name}:{version}' cannot be changed: "
                "versions are immutable."
            )
            raise errors.conflict(
                msg,
                "ImmutableAsset",
            )
        now = self._clock.now()
        stamps = known.stamps.touched(now) if known else Stamps(now, now, call.who)
        made = DataVersion(name, version, sent.value, stamps)
        call.workspace.data[name, version] = made
        return web.json_response(_json(call, "data", made), status=200 if known else 201)

    async def put_model(self, call: ArmCall) -> web.StreamResponse:
        """200: tags, description and archiving of a version that is there; nothing is registered by hand here."""
        key = (checked_name("Model", call.parts["name"]), call.parts["version"])
        problems: list[str] = []
        sent = Fields(await call.body(), "", problems).below("properties")
        sent.only(*_MODEL_FIELDS)
        changes: dict[str, Any] = {
            "description": sent.text("description") or "",
            "isArchived": sent.flag("isArchived"),
            "tags": sent.texts("tags"),
            "properties": sent.texts("properties"),
        }
        settled(problems)
        known = call.workspace.models.get(key)
        if known is None:
            raise errors.invalid("This sandbox registers models of jobs only.", "UnsupportedModel")
        known.properties |= changes
        known.stamps = known.stamps.touched(self._clock.now())
        return web.json_response(_json(call, "models", known))


def data_container(asset: Asset) -> dict[str, Any]:
    """What a container of data has beside the common fields."""
    return {"dataType": asset.properties["dataType"]}


def model_container(_asset: Asset) -> dict[str, Any]:
    """What a container of models has beside the common fields."""
    return {"provisioningState": "Succeeded"}


def _narrowed(call: ArmCall, rows: list[Asset]) -> list[Asset]:
    query = call.request.query
    if query.get("version"):
        rows = [one for one in rows if one.version == query["version"]]
    for field, sent in (
        ("tags", query.get("tags") or query.get("$tags")),
        ("properties", query.get("properties")),
    ):
        for pair in (sent or "").split(","):
            key, _, value = pair.partition("=")
            if key:
                rows = [
                    one
                    for one in rows
                    if (one.properties.get(field) or {}).get(key) in {value or None, value}
                ]
    return rows


def _refuse_deployed(workspace: Workspace, asset: Asset) -> None:
    users = [one.name for one in workspace.endpoints.values() if one.source is asset]
    if users:
        msg = f"Model '{asset.name}:{asset.version}' is used by deployment '{users[0]}'. Delete the deployment first."
        raise errors.conflict(
            msg,
            "ModelInUse",
        )


def _json(call: ArmCall, kind: str, one: Asset) -> dict[str, Any]:
    made = {"provisioningState": "Succeeded"} if kind == "models" else {}
    return {
        "id": f"{call.workspace.facts.id}/{kind}/{one.name}/versions/{one.version}",
        "name": one.version,
        "type": f"{PROVIDER}/workspaces/{kind}/versions",
        "systemData": one.stamps.as_json(),
        "properties": {**one.properties, **made},
    }
