"""The operations on accounts and locations: account, content filters, rights, quotas, models (contract 1.11, 2.4)."""

from aiohttp import web

from sandbox.azure_control import bodies, errors, market
from sandbox.azure_control.accounts import TYPE, Accounts, Place
from sandbox.azure_control.gateway import ACCOUNT, LOCATION, ArmCall, ArmGateway
from sandbox.azure_control.quota import Quota
from sandbox.azure_control.versions import AUTHORIZATION_VERSIONS, SECOND, VERSIONS, since
from sandbox.azure_openai.catalogue import BASE_MODELS, BaseModel
from sandbox.azure_openai.options import Account, AzureOptions, Switches
from sandbox.clock import Clock

_NAMESPACE = "Microsoft.CognitiveServices"
_ACTIONS = {"owner": ["*"], "reader": ["*/read"], "none": []}
_DATA = "Microsoft.CognitiveServices/accounts/OpenAI/*"


class AccountOperations:
    """Serves what is read of an account and of its location."""

    def __init__(
        self,
        gateway: ArmGateway,
        *,
        clock: Clock,
        options: AzureOptions,
        switches: Switches,
        accounts: Accounts,
        quota: Quota,
    ) -> None:
        self._clock = clock
        self._options = options
        self._switches = switches
        self._accounts = accounts
        self._quota = quota
        gateway.add("GET", ACCOUNT, self.get, resource_type="accounts", action=f"{TYPE}/read")
        gateway.add(
            "GET",
            f"{ACCOUNT}/raiPolicies",
            self.rai_policies,
            resource_type="accounts/raiPolicies",
            action=f"{TYPE}/raiPolicies/read",
            versions=since(SECOND),
        )
        gateway.add(
            "GET",
            f"{ACCOUNT}/providers/Microsoft.Authorization/permissions",
            self.permissions,
            resource_type="permissions",
            action=None,
            versions=AUTHORIZATION_VERSIONS,
        )
        for name, operation, versions in (
            ("usages", self.usages, VERSIONS),
            ("models", self.models, VERSIONS),
            ("modelCapacities", self.capacities, since(SECOND)),
        ):
            gateway.add(
                "GET",
                f"{LOCATION}/{name}",
                operation,
                resource_type=f"locations/{name}",
                action=f"{_NAMESPACE}/locations/{name}/read",
                versions=versions,
            )

    async def get(self, call: ArmCall) -> web.StreamResponse:
        """The account."""
        return web.json_response(call.place.as_json(call.origin))

    async def rai_policies(self, call: ArmCall) -> web.StreamResponse:
        """The content filters that deployments of the account may name."""
        value = [
            {
                "id": f"{call.place.id}/raiPolicies/{name}",
                "name": name,
                "type": f"{TYPE}/raiPolicies",
                "properties": {
                    "type": "SystemManaged" if name.startswith("Microsoft.") else "UserManaged",
                    "mode": "Blocking",
                    **({} if name.startswith("Microsoft.") else {"basePolicyName": "Microsoft.DefaultV2"}),
                },
            }
            for name in self._options.rai_policies
        ]
        return web.json_response({"value": value})

    async def permissions(self, _: ArmCall) -> web.StreamResponse:
        """What the caller may do, as the wildcards of the roles (an empty list for somebody without any)."""
        actions = _ACTIONS[self._switches.arm_rights]
        # Owner alone has no data action: the identity that this stands for may train and call, too.
        data = [_DATA] if self._switches.arm_rights == "owner" else []
        value = [{"actions": actions, "notActions": [], "dataActions": data, "notDataActions": []}]
        return web.json_response({"value": value if actions else []})

    async def usages(self, call: ArmCall) -> web.StreamResponse:
        """Every quota pool of the subscription in the location."""
        place = self._somewhere(call)
        return web.json_response({"value": [pool.as_json() for pool in self._quota.usages(place.account)]})

    async def models(self, call: ArmCall) -> web.StreamResponse:
        """Every base model of the location, the retired ones too."""
        account, now = self._somewhere(call).account, self._clock.now()
        value = [bodies.model(base, account, call.version, now) for base in BASE_MODELS.values()]
        return web.json_response({"value": value})

    async def capacities(self, call: ArmCall) -> web.StreamResponse:
        """What is left of each SKU of one model: `modelFormat`, `modelName` and `modelVersion` name it."""
        account, query = self._somewhere(call).account, call.request.query
        base = market.base_model(query.get("modelName", ""), query.get("modelVersion") or None)
        if base is None or market.arm_name(base).format != query.get("modelFormat"):
            return web.json_response({"value": []})
        value = []
        for sku in market.SKUS:
            plain = sku in market.skus_at(base, account, tuned=False)
            tuned = sku in market.skus_at(base, account, tuned=True)
            if plain or tuned:
                value.append(
                    {
                        "id": f"{call.request.path.removeprefix('/arm')}/{sku}",
                        "name": sku,
                        "type": f"{_NAMESPACE}/locations/modelCapacities",
                        "properties": {
                            "model": bodies.named(base),
                            "skuName": sku,
                            "availableCapacity": self._free(account, base, sku, tuned=False) if plain else 0,
                            "availableFinetuneCapacity": self._free(account, base, sku, tuned=True)
                            if tuned
                            else 0,
                        },
                    }
                )
        return web.json_response({"value": value})

    def _free(self, account: Account, base: BaseModel, sku: str, *, tuned: bool) -> int:
        return self._quota.pool(account, base, sku, tuned=tuned).free

    def _somewhere(self, call: ArmCall) -> Place:
        """Any account in the location: what is asked for is the same for all of them."""
        places = self._accounts.at(call.parts["subscription"], call.parts["location"])
        if not places:
            raise errors.unknown_location(call.parts["location"], self._locations())
        return places[0]

    def _locations(self) -> list[str]:
        return sorted({place.account.location for place in self._accounts})
