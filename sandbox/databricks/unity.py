"""Unity Catalog: catalogs, schemas, volumes, registered models with versions, and who may do what (contract 3)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from sandbox.clock import Clock
from sandbox.common.ids import Ids
from sandbox.databricks.errors import ApiError, exists, lacks, no_such, not_owner
from sandbox.databricks.options import CATALOG, SCHEMA, VOLUME
from sandbox.databricks.switches import Switches
from sandbox.training.model import PackedWeights

TEAM: Final = "data-platform"
# A model of somebody else: registering into it is refused.
FOREIGN_MODEL: Final = "main.finetuning.shared_assistant"
USAGE_TABLES: Final = "system.serving"

_GRANTS: Final = {
    "CATALOG": ("USE_CATALOG",),
    "SCHEMA": ("USE_SCHEMA", "CREATE_MODEL", "CREATE_VOLUME", "EXECUTE"),
    "VOLUME": ("READ_VOLUME", "WRITE_VOLUME"),
}


@dataclass(slots=True)
class Version:
    """A version of a model; times in milliseconds since 1970. `base` and `weights` are what it was trained to."""

    number: int
    id: str
    run_id: str
    source: str
    base: str
    task: str
    weights: PackedWeights
    created_at: int
    created_by: str
    status: str = "PENDING_REGISTRATION"
    comment: str = ""


@dataclass(slots=True)
class Registered:
    """A registered model."""

    full_name: str
    id: str
    owner: str
    created_at: int
    comment: str = ""
    versions: dict[int, Version] = field(default_factory=dict)
    aliases: dict[str, int] = field(default_factory=dict)
    last_version: int = 0


class Unity:
    """The metastore of the workspace."""

    def __init__(self, clock: Clock, ids: Ids, switches: Switches) -> None:
        self._clock = clock
        self._ids = ids
        self._switches = switches
        self.catalogs = [CATALOG, "system"]
        self.schemas = ["main.default", SCHEMA, USAGE_TABLES]
        self.volumes = {VOLUME: "MANAGED"}
        self.models: dict[str, Registered] = {}
        foreign = self._new(FOREIGN_MODEL, TEAM)
        self.models[foreign.full_name] = foreign

    def has(self, privilege: str, securable: str) -> bool:
        """Whether every caller has a privilege on a securable of the stand-in."""
        return f"{privilege} {securable}" not in self._switches.missing_grants

    def privileges(self, kind: str, name: str, principal: str) -> list[tuple[str, str | None]]:
        """What a principal may do with a securable, with the name it was inherited from. Raises ApiError."""
        kind = kind.upper()
        if kind in {"FUNCTION", "REGISTERED_MODEL"}:
            model = self.model(name)
            own = [("ALL_PRIVILEGES", None)] if model.owner == principal else []
            return [*own, *self._held("EXECUTE", name.rpartition(".")[0])]
        known = {"CATALOG": self.catalogs, "SCHEMA": self.schemas, "VOLUME": list(self.volumes)}
        if kind not in known:
            raise ApiError(400, "INVALID_PARAMETER_VALUE", f"{kind} is not a securable type.")
        if name not in known[kind]:
            raise no_such(kind.capitalize(), name)
        parents = [name.rsplit(".", back)[0] for back in range(1, name.count(".") + 1)]
        inherited = [held for parent in parents for held in self._inherited(parent)]
        here = [held for held in (*_GRANTS[kind], *self._tables(name)) if self.has(held, name)]
        return [*((held, None) for held in here), *inherited]

    def _tables(self, name: str) -> tuple[str, ...]:
        """What makes the usage tables readable."""
        return ("SELECT",) if name == USAGE_TABLES and self._switches.system_tables == "granted" else ()

    def _inherited(self, parent: str) -> Iterator[tuple[str, str | None]]:
        kind = "SCHEMA" if "." in parent else "CATALOG"
        return ((held, parent) for held in _GRANTS[kind] if self.has(held, parent))

    def _held(self, privilege: str, parent: str) -> list[tuple[str, str | None]]:
        return [(privilege, parent)] if self.has(privilege, parent) else []

    def use(self, schema: str) -> None:
        """Raises ApiError unless the schema exists and may be used."""
        catalog = schema.partition(".")[0]
        if catalog not in self.catalogs:
            raise no_such("Catalog", catalog)
        if not self.has("USE_CATALOG", catalog):
            raise lacks("USE CATALOG", "Catalog", catalog)
        if schema not in self.schemas:
            raise no_such("Schema", schema)
        if not self.has("USE_SCHEMA", schema):
            raise lacks("USE SCHEMA", "Schema", schema)

    def model(self, full_name: str) -> Registered:
        """A registered model. Raises ApiError."""
        parts = full_name.split(".")
        if len(parts) != 3 or not all(parts):
            raise ApiError(400, "INVALID_PARAMETER_VALUE", f"'{full_name}' is not a valid name.")
        self.use(".".join(parts[:2]))
        found = self.models.get(full_name)
        if found is None:
            raise no_such("Registered model", full_name)
        return found

    def may_register(self, full_name: str, principal: str) -> None:
        """Raises ApiError unless this principal may create the model, or owns it."""
        schema = full_name.rpartition(".")[0]
        self.use(schema)
        held = self.models.get(full_name)
        if held is not None and held.owner != principal:
            raise not_owner(full_name)
        if held is None and not self.has("CREATE_MODEL", schema):
            raise lacks("CREATE MODEL", "Schema", schema)

    def create(self, full_name: str, principal: str, comment: str = "") -> Registered:
        """Create a model without versions. Raises ApiError."""
        self.may_register(full_name, principal)
        if full_name in self.models:
            raise exists("Registered model", full_name)
        made = self._new(full_name, principal)
        made.comment = comment
        self.models[full_name] = made
        return made

    def register(self, full_name: str, principal: str, make: Callable[[int, str], Version]) -> Version:
        """Add a version to a model, which is created when there is none. Raises ApiError."""
        self.may_register(full_name, principal)
        model = self.models.get(full_name) or self.create(full_name, principal)
        model.last_version += 1
        version = make(model.last_version, self._ids.uuid())
        model.versions[version.number] = version
        return version

    def find_version(self, full_name: str, number: str) -> Version:
        """A version of a model. Raises ApiError."""
        model = self.model(full_name)
        if not number.isascii() or not number.isdigit():
            raise ApiError(400, "INVALID_PARAMETER_VALUE", f"'{number}' is not a version.")
        found = model.versions.get(int(number))
        if found is None:
            raise no_such("Model version", f"{full_name}/{number}")
        return found

    def now(self) -> int:
        """The present moment in milliseconds."""
        return int(self._clock.now().timestamp() * 1000)

    def _new(self, full_name: str, owner: str) -> Registered:
        return Registered(full_name, self._ids.uuid(), owner, self.now())
