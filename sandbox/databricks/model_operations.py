"""Registered models, their versions and aliases over HTTP (contract 3)."""

from typing import Any

from aiohttp import web

from sandbox.databricks.errors import ApiError, invalid, no_such, not_owner
from sandbox.databricks.gateway import Call, Gateway, next_token, page
from sandbox.databricks.options import WORKSPACE_ID
from sandbox.databricks.unity import Registered, Unity, Version

ROOT = "/api/2.1/unity-catalog/models"


class ModelOperations:
    """Registers the operations on models."""

    def __init__(self, gateway: Gateway, unity: Unity) -> None:
        self._unity = unity
        one, versions = f"{ROOT}/{{name}}", f"{ROOT}/{{name}}/versions"
        gateway.add("GET", ROOT, self._list)
        gateway.add("POST", ROOT, self._create)
        gateway.add("GET", one, self._get)
        gateway.add("PATCH", one, self._patch)
        gateway.add("DELETE", one, self._delete)
        gateway.add("GET", versions, self._versions)
        gateway.add("GET", f"{versions}/{{version}}", self._version)
        gateway.add("PATCH", f"{versions}/{{version}}", self._patch_version)
        gateway.add("DELETE", f"{versions}/{{version}}", self._delete_version)
        for method, operation in (("PUT", self._point), ("GET", self._resolve), ("DELETE", self._unpoint)):
            gateway.add(method, f"{one}/aliases/{{alias}}", operation)

    async def _list(self, call: Call) -> web.Response:
        catalog, schema = call.asked("catalog_name"), call.asked("schema_name")
        if bool(catalog) != bool(schema):
            raise invalid("catalog_name and schema_name must be given together.")
        first, size = page(call, "max_results", 100, 1000)
        if schema:
            self._unity.use(f"{catalog}.{schema}")
        found = [
            model
            for name, model in sorted(self._unity.models.items())
            if not schema or name.rpartition(".")[0] == f"{catalog}.{schema}"
        ]
        shown = found[first : first + size]
        rows = [_model(model) for model in shown]
        return web.json_response(
            {"registered_models": rows, **next_token(first, len(shown), len(found))} if found else {}
        )

    async def _create(self, call: Call) -> web.Response:
        body = await call.body()
        parts = [body.get(key) for key in ("catalog_name", "schema_name", "name")]
        if not all(isinstance(part, str) and part and "." not in part for part in parts):
            raise invalid("catalog_name, schema_name and name are required.")
        full = ".".join(str(part) for part in parts)
        made = self._unity.create(full, call.caller.name, str(body.get("comment", "")))
        return web.json_response(_model(made))

    async def _get(self, call: Call) -> web.Response:
        model = self._unity.model(call.item("name"))
        aliases = [
            {"alias_name": alias, "version_num": number} for alias, number in sorted(model.aliases.items())
        ]
        shown = _model(model)
        if call.asked("include_aliases") == "true" and aliases:
            shown["aliases"] = aliases
        return web.json_response(shown)

    async def _patch(self, call: Call) -> web.Response:
        model = self._owned(call)
        body = await call.body()
        model.comment = str(body.get("comment", model.comment))
        model.owner = str(body.get("owner", model.owner))
        return web.json_response(_model(model))

    async def _delete(self, call: Call) -> web.Response:
        model = self._owned(call)
        if model.versions:
            raise ApiError(
                400,
                "INVALID_STATE",
                f"Registered model '{model.full_name}' is not empty. It has {len(model.versions)} model version(s).",
            )
        del self._unity.models[model.full_name]
        return web.json_response({})

    async def _versions(self, call: Call) -> web.Response:
        model = self._unity.model(call.item("name"))
        first, size = page(call, "max_results", 100, 1000)
        found = [model.versions[number] for number in sorted(model.versions, reverse=True)]
        shown = found[first : first + size]
        rows = [_version(model, version) for version in shown]
        return web.json_response(
            {"model_versions": rows, **next_token(first, len(shown), len(found))} if found else {}
        )

    async def _version(self, call: Call) -> web.Response:
        version = self._unity.find_version(call.item("name"), call.item("version"))
        return web.json_response(_version(self._unity.model(call.item("name")), version))

    async def _patch_version(self, call: Call) -> web.Response:
        model = self._owned(call)
        version = self._unity.find_version(model.full_name, call.item("version"))
        version.comment = str((await call.body()).get("comment", version.comment))
        return web.json_response(_version(model, version))

    async def _delete_version(self, call: Call) -> web.Response:
        model = self._owned(call)
        version = self._unity.find_version(model.full_name, call.item("version"))
        del model.versions[version.number]
        for alias in [alias for alias, number in model.aliases.items() if number == version.number]:
            del model.aliases[alias]
        return web.json_response({})

    async def _point(self, call: Call) -> web.Response:
        model = self._owned(call)
        number = (await call.body()).get("version_num")
        version = self._unity.find_version(model.full_name, str(number))
        model.aliases[call.item("alias")] = version.number
        return web.json_response({"alias_name": call.item("alias"), "version_num": version.number})

    async def _resolve(self, call: Call) -> web.Response:
        model = self._unity.model(call.item("name"))
        number = self._aliased(model, call.item("alias"))
        return web.json_response(_version(model, model.versions[number]))

    async def _unpoint(self, call: Call) -> web.Response:
        model = self._owned(call)
        self._aliased(model, call.item("alias"))
        del model.aliases[call.item("alias")]
        return web.json_response({})

    def _aliased(self, model: Registered, alias: str) -> int:
        if alias not in model.aliases:
            raise no_such("Alias", f"{model.full_name}@{alias}")
        return model.aliases[alias]

    def _owned(self, call: Call) -> Registered:
        model = self._unity.model(call.item("name"))
        if model.owner != call.caller.name:
            raise not_owner(model.full_name)
        return model


def _model(model: Registered) -> dict[str, Any]:
    catalog, schema, name = model.full_name.split(".")
    return {
        "name": name,
        "catalog_name": catalog,
        "schema_name": schema,
        "full_name": model.full_name,
        "owner": model.owner,
        "id": model.id,
        "comment": model.comment,
        "created_at": model.created_at,
        "created_by": model.owner,
        "updated_at": model.created_at,
        "storage_location": f"abfss://metastore@sandbox.dfs.core.windows.net/models/{model.id}",
    }


def _version(model: Registered, version: Version) -> dict[str, Any]:
    catalog, schema, name = model.full_name.split(".")
    aliases = [
        {"alias_name": alias, "version_num": number}
        for alias, number in sorted(model.aliases.items())
        if number == version.number
    ]
    return {
        "model_name": name,
        "catalog_name": catalog,
        "schema_name": schema,
        "version": version.number,
        "status": version.status,
        "run_id": version.run_id,
        "run_workspace_id": WORKSPACE_ID,
        "source": version.source,
        "storage_location": f"abfss://metastore@sandbox.dfs.core.windows.net/models/{model.id}/{version.id}",
        "created_at": version.created_at,
        "created_by": version.created_by,
        "updated_at": version.created_at,
        "comment": version.comment,
        "id": version.id,
        **({"aliases": aliases} if aliases else {}),
    }
