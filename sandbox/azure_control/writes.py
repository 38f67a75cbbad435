"""Creating, changing and deleting deployments: every rule of the service, in the order in which it looks."""

from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.azure_control import errors, market, refusals, request
from sandbox.azure_control.accounts import Accounts, Place, subscription_of
from sandbox.azure_control.deployments import FAILED, Deployment, Deployments, Operation
from sandbox.azure_control.quota import Quota
from sandbox.azure_control.request import Asked
from sandbox.azure_control.versions import has_developer_tier, has_second
from sandbox.azure_openai.catalogue import DEVELOPER
from sandbox.azure_openai.options import AzureOptions, Switches
from sandbox.azure_openai.tuned_models import ModelSource
from sandbox.clock import Clock
from sandbox.common.entra import Principal
from sandbox.common.ids import Ids

WRITE = "Microsoft.CognitiveServices/accounts/deployments/write"
_READ_ACCOUNT = "Microsoft.CognitiveServices/accounts/read"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as `systemData` tells it: an application by its client id, a user by the mail address."""

    principal: Principal
    name: str
    kind: str = "Application"


class FindModel(Protocol):
    """Looks up what the jobs of a resource made (and base models by their data plane's name)."""

    def __call__(self, resource: str, model: str) -> ModelSource | None:
        """The model, or None."""
        ...


@dataclass(frozen=True, slots=True)
class _Target:
    """What is to be deployed: the model, where it was trained, and its version as ARM shows it."""

    found: ModelSource
    trained_in: str
    version: str

    @property
    def tuned(self) -> bool:
        return bool(self.found.tuned_model)


class Writes:
    """The writes of all accounts. Each raises ArmError and then changes nothing."""

    def __init__(
        self,
        *,
        clock: Clock,
        ids: Ids,
        options: AzureOptions,
        switches: Switches,
        accounts: Accounts,
        deployments: Deployments,
        quota: Quota,
        find_model: FindModel,
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._options = options
        self._switches = switches
        self._accounts = accounts
        self._deployments = deployments
        self._quota = quota
        self._find_model = find_model

    def put(
        self, place: Place, name: str, body: dict[str, Any], version: str, actor: Actor
    ) -> tuple[Deployment, bool]:
        """Create (True; the operation has begun) or change (False; done) a deployment."""
        asked = request.read(name, body if has_second(version) else {**body, "tags": None})
        self._not_busy(place)
        there = self._deployments.get(place.resource, name)
        if there is not None and there.state != FAILED:
            if there.model != asked.model:
                raise refusals.name_taken(there.name, there.model)
            self._change(there, self._checked(place, asked, version, actor, there), asked, actor)
            if has_second(version):
                there.tags = asked.tags
            return there, False
        target = self._checked(place, asked, version, actor, None)
        return self._create(place, asked, target, actor), True

    def patch(self, place: Place, name: str, body: dict[str, Any], version: str, actor: Actor) -> Deployment:
        """Change `sku` and `tags` of a deployment, and nothing else."""
        there = self._deployments.get(place.resource, name)
        if there is None:
            raise refusals.not_found(name)
        if body.keys() - {"sku", "tags"}:
            raise refusals.missing("patch")
        sku = body.get("sku") or {}
        asked = Asked(
            name=there.name,
            model=there.model,
            format=there.format,
            version=there.version,
            source=there.source,
            sku_sent=str(sku.get("name") or there.sku),
            sku=market.sku_name(str(sku.get("name") or there.sku)),
            capacity=request.capacity(sku.get("capacity"), there.capacity),
            rai_policy=there.rai_policy,
            version_upgrade=there.version_upgrade,
            tags=request.tags(body["tags"]) if "tags" in body else there.tags,
        )
        self._not_busy(place)
        self._change(there, self._checked(place, asked, version, actor, there), asked, actor)
        there.tags = asked.tags
        return there

    def delete(self, place: Place, name: str) -> Operation | None:
        """Begin to delete; None when there is nothing of this name."""
        there = self._deployments.get(place.resource, name)
        if there is None:
            return None
        self._not_busy(place)
        operation = self._operation("delete", place, there.name)
        self._deployments.begin_delete(there, operation)
        return operation

    def _not_busy(self, place: Place) -> None:
        for found in self._deployments.of(place.resource):
            if found.operation is not None and found.operation.status == "Running":
                raise refusals.busy(place.id)

    def _checked(
        self, place: Place, asked: Asked, version: str, actor: Actor, there: Deployment | None
    ) -> _Target:
        """What is asked for, once nothing speaks against it."""
        target = self._target(place, asked, actor)
        base = target.found.base
        self._lives(asked, target)
        self._sku(place, asked, target, version)
        if asked.rai_policy and asked.rai_policy.lower() not in map(str.lower, self._options.rai_policies):
            raise refusals.unknown_filter(asked.rai_policy)
        if there is None:
            self._room(place, target)
        pool = self._quota.pool(place.account, base, asked.sku or "", tuned=target.tuned)
        mine = there.capacity if there is not None and there.sku == asked.sku else 0
        if asked.capacity - mine > pool.free:
            raise refusals.no_quota(pool, asked.capacity - mine)
        return target

    def _target(self, place: Place, asked: Asked, actor: Actor) -> _Target:
        home = self._home(place, asked, actor)
        found, version = self._model(home, asked)
        if asked.format != market.arm_name(found.base).format:
            raise refusals.wrong_format()
        return _Target(found, home.resource, version)

    def _model(self, home: Place, asked: Asked) -> tuple[ModelSource, str]:
        base = market.base_model(asked.model, asked.version)
        if base is not None:
            return ModelSource(base, None, base.id), market.arm_name(base).version
        found = self._find_model(home.resource, asked.model)
        version = asked.version or "1"
        if found is None or not found.tuned_model or version != "1":
            raise refusals.unknown_model(asked.format, asked.model, asked.version or "", asked.source or "")
        return found, version

    def _home(self, place: Place, asked: Asked, actor: Actor) -> Place:
        """The account in which the model was trained."""
        if asked.source is None:
            return place
        home = self._accounts.by_id(asked.source)
        elsewhere = subscription_of(asked.source) != place.account.subscription_id.lower()
        if home is None or (elsewhere and self._switches.unreadable_sources):
            scope = f"{place.id}/deployments/{asked.name}"
            raise errors.link_not_authorised(actor.principal, WRITE, scope, _READ_ACCOUNT, asked.source)
        return home

    def _lives(self, asked: Asked, target: _Target) -> None:
        base = target.found.base
        named = market.arm_name(base)
        if not target.tuned and not base.chat and not base.embeddings:
            raise refusals.not_deployable(asked.model)
        if base.inference_ends <= self._clock.now():
            raise refusals.retired(named.format, named.name, named.version, base.inference_ends)

    def _sku(self, place: Place, asked: Asked, target: _Target, version: str) -> None:
        base, sku = target.found.base, asked.sku
        offered = sku in market.skus(base, tuned=target.tuned)
        if not offered or (sku == DEVELOPER and not has_developer_tier(version)):
            raise refusals.wrong_sku(asked.sku_sent, asked.model, target.version)
        if target.tuned and not place.account.fine_tuning:
            raise refusals.no_fine_tuning(place.account.location)
        if sku not in market.skus_at(base, place.account, tuned=target.tuned):
            raise refusals.wrong_region(asked.sku_sent, asked.model, target.version, place.account.location)

    def _room(self, place: Place, target: _Target) -> None:
        """One deployment for a custom model, and a number of them for an account."""
        alive = [found for found in self._deployments.of(place.resource) if found.state != FAILED]
        same = [found for found in alive if found.fine_tuned == target.tuned]
        if target.tuned:
            for found in same:
                if found.checkpoint == target.found.name:
                    raise refusals.already_deployed(target.found.name, found.name)
        limits = self._options.limits
        limit = limits.fine_tuned_deployments if target.tuned else limits.standard_deployments
        if len(same) >= limit:
            raise refusals.too_many(limit, "fine-tuned model" if target.tuned else "standard")

    def _create(self, place: Place, asked: Asked, target: _Target, actor: Actor) -> Deployment:
        now = self._clock.now()
        deployment = Deployment(
            resource=place.resource,
            name=asked.name,
            model=asked.model,
            format=asked.format,
            version=target.version,
            tuned_model=target.found.tuned_model,
            checkpoint=target.found.name,
            base=target.found.base,
            weights=target.found.weights,
            sku=asked.sku or asked.sku_sent,
            capacity=asked.capacity,
            source=asked.source,
            source_account=target.trained_in,
            tags=asked.tags,
            rai_policy=asked.rai_policy,
            version_upgrade=asked.version_upgrade,
            created_at=now,
            modified_at=now,
            created_by=actor.name,
            created_by_type=actor.kind,
            modified_by=actor.name,
            modified_by_type=actor.kind,
            etag=self._etag(),
        )
        self._deployments.add(deployment, self._operation("create", place, asked.name))
        return deployment

    def _change(self, there: Deployment, target: _Target, asked: Asked, actor: Actor) -> None:
        there.sku, there.capacity = asked.sku or there.sku, asked.capacity
        there.version, there.base, there.checkpoint = target.version, target.found.base, target.found.name
        there.rai_policy = asked.rai_policy
        there.version_upgrade = asked.version_upgrade
        there.modified_at, there.etag = self._clock.now(), self._etag()
        there.modified_by, there.modified_by_type = actor.name, actor.kind

    def _operation(self, kind: Any, place: Place, name: str) -> Operation:
        return Operation(self._ids.uuid(), kind, place.resource, name, self._clock.now())

    def _etag(self) -> str:
        return f'"{self._ids.uuid()}"'
