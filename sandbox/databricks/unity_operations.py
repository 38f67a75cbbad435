"""Unity Catalog over HTTP: catalogs, schemas, volumes, effective permissions (contract 1, 2)."""

from typing import Any

from aiohttp import web

from sandbox.databricks.errors import exists, invalid, lacks, no_such
from sandbox.databricks.gateway import Call, Gateway
from sandbox.databricks.unity import TEAM, Unity

ROOT = "/api/2.1/unity-catalog"


class UnityOperations:
    """Registers what there is beside the models."""

    def __init__(self, gateway: Gateway, unity: Unity) -> None:
        self._unity = unity
        gateway.add("GET", f"{ROOT}/catalogs/{{name}}", self._catalog)
        gateway.add("GET", f"{ROOT}/schemas/{{name}}", self._schema)
        gateway.add("GET", f"{ROOT}/volumes", self._volumes)
        gateway.add("POST", f"{ROOT}/volumes", self._create_volume)
        gateway.add("GET", f"{ROOT}/volumes/{{name}}", self._volume)
        gateway.add("DELETE", f"{ROOT}/volumes/{{name}}", self._delete_volume)
        gateway.add("GET", f"{ROOT}/tables/{{name}}", self._table)
        gateway.add("GET", f"{ROOT}/effective-permissions/{{kind}}/{{name}}", self._permissions)

    async def _catalog(self, call: Call) -> web.Response:
        name = call.item("name")
        if name not in self._unity.catalogs:
            raise no_such("Catalog", name)
        if not self._unity.has("USE_CATALOG", name):
            raise lacks("USE CATALOG", "Catalog", name)
        return web.json_response({"name": name, "owner": TEAM, "catalog_type": "MANAGED_CATALOG"})

    async def _schema(self, call: Call) -> web.Response:
        full = call.item("name")
        self._unity.use(full)
        catalog, _, name = full.partition(".")
        return web.json_response({"name": name, "catalog_name": catalog, "full_name": full, "owner": TEAM})

    async def _volumes(self, call: Call) -> web.Response:
        schema = f"{call.asked('catalog_name')}.{call.asked('schema_name')}"
        self._unity.use(schema)
        names = [name for name in self._unity.volumes if name.rpartition(".")[0] == schema]
        return web.json_response({"volumes": [self._shown(name) for name in names]})

    async def _create_volume(self, call: Call) -> web.Response:
        body = await call.body()
        parts = [body.get(key) for key in ("catalog_name", "schema_name", "name")]
        kind = body.get("volume_type")
        if not all(isinstance(part, str) and part for part in parts):
            raise invalid("catalog_name, schema_name and name are required.")
        if kind not in {"MANAGED", "EXTERNAL"}:
            raise invalid("volume_type must be MANAGED or EXTERNAL.")
        full = ".".join(str(part) for part in parts)
        schema = full.rpartition(".")[0]
        self._unity.use(schema)
        if not self._unity.has("CREATE_VOLUME", schema):
            raise lacks("CREATE VOLUME", "Schema", schema)
        if full in self._unity.volumes:
            raise exists("Volume", full)
        self._unity.volumes[full] = str(kind)
        return web.json_response(self._shown(full))

    async def _volume(self, call: Call) -> web.Response:
        return web.json_response(self._shown(self._found(call.item("name"))))

    async def _delete_volume(self, call: Call) -> web.Response:
        del self._unity.volumes[self._found(call.item("name"))]
        return web.json_response({})

    async def _table(self, call: Call) -> web.Response:
        name = call.item("name")
        self._unity.use(name.rpartition(".")[0])
        raise no_such("Table", name)

    async def _permissions(self, call: Call) -> web.Response:
        principal = call.asked("principal", call.caller.name)
        held = self._unity.privileges(call.item("kind"), call.item("name"), principal)
        if not held or principal != call.caller.name:
            return web.json_response({})
        privileges = [
            {"privilege": name}
            | (
                {
                    "inherited_from_name": parent,
                    "inherited_from_type": "SCHEMA" if "." in parent else "CATALOG",
                }
                if parent
                else {}
            )
            for name, parent in held
        ]
        return web.json_response(
            {"privilege_assignments": [{"principal": principal, "privileges": privileges}]}
        )

    def _found(self, full: str) -> str:
        self._unity.use(full.rpartition(".")[0])
        if full not in self._unity.volumes:
            raise no_such("Volume", full)
        return full

    def _shown(self, full: str) -> dict[str, Any]:
        catalog, schema, name = full.split(".")
        return {
            "catalog_name": catalog,
            "schema_name": schema,
            "name": name,
            "full_name": full,
            "volume_type": self._unity.volumes[full],
            "owner": TEAM,
        }
