"""The registries of base models through a region's data plane, as the official package asks them (undocumented).

Discovery tells where a registry is; its front end lists the versions of a model, whose tags tell how long it is
trained.
"""

from typing import Any, Final
from uuid import uuid4

from aiohttp import web

from sandbox.azure_ml.catalogue import MODELS, CatalogueModel, retirement
from sandbox.azure_ml.options import PROVIDER, Switches
from sandbox.azure_ml.region_api import AUDIENCES
from sandbox.common.entra import Identity

VERSION: Final = "2021-10-01-dataplanepreview"
_SUBSCRIPTION: Final = "00000000-0000-4000-8000-0000000000ff"
_GROUP: Final = "rg-registries"
_PLACE: Final = f"/subscriptions/{_SUBSCRIPTION}/resourceGroups/{_GROUP}/providers/{PROVIDER}/registries"


class RegistryApi:
    """Serves the registries of the catalogue to every region."""

    def __init__(self, identity: Identity, switches: Switches) -> None:
        self._identity, self._switches = identity, switches

    def add_routes(self, app: web.Application) -> None:
        """Mount both parts."""
        app.router.add_get(
            "/api/{region}/registrymanagement/v1.0/registries/{registry}/discovery", self._discovery
        )
        front = f"/api/{{region}}/mferp/managementfrontend{_PLACE}/{{registry}}/models/{{model}}/versions"
        app.router.add_get(front, self._versions)
        app.router.add_get(f"{front}/{{version}}", self._version)

    async def _discovery(self, request: web.Request) -> web.Response:
        """200 with where the registry is."""
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        registry = request.match_info["registry"]
        if registry not in {one.registry for one in MODELS}:
            return _error(404, f"Registry {registry} was not found.")
        return web.json_response(
            {
                "registryName": registry,
                "primaryRegion": request.match_info["region"],
                "primaryRegionResourceProviderUri": f"{request.url.origin()}/ml/api/{request.match_info['region']}/",
                "subscriptionId": _SUBSCRIPTION,
                "resourceGroup": _GROUP,
            }
        )

    async def _versions(self, request: web.Request) -> web.Response:
        """200 with the versions; there is one of each model."""
        refusal, model = self._refusal(request), _named(request)
        if refusal is not None:
            return refusal
        if model is None:
            return _error(404, f"Model {request.match_info['model']} was not found.")
        return web.json_response({"value": [_json(model, self._switches.retires)]})

    async def _version(self, request: web.Request) -> web.Response:
        """200 with one version."""
        refusal, model = self._refusal(request), _named(request)
        if refusal is not None:
            return refusal
        if model is None or request.match_info["version"] != model.version:
            return _error(404, f"Model {request.match_info['model']} was not found.")
        return web.json_response(_json(model, self._switches.retires))

    def _refusal(self, request: web.Request) -> web.Response | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self._identity.accepts(token.strip(), AUDIENCES):
            return _error(401, "Bearer token not provided or not valid here.")
        front = "/mferp/" in request.path
        if front and request.query.get("api-version") not in {VERSION, "2023-04-01-preview"}:
            return _error(400, "The api-version is missing or unknown.")
        return None


def _named(request: web.Request) -> CatalogueModel | None:
    wanted = (request.match_info["registry"], request.match_info["model"])
    return next((one for one in MODELS if (one.registry, one.name) == wanted), None)


def _json(model: CatalogueModel, moved_to: str | None) -> dict[str, Any]:
    tags = {"task": "chat-completion", "author": "Meta" if model.offer else "Microsoft"}
    ends = retirement(model, moved_to)
    if ends is not None:
        tags |= {
            "finetuneRetirementDate": f"{ends:%Y-%m-%d}",
            "inferenceRetirementDate": f"{ends:%Y-%m-%d}",
        }
    return {
        "id": f"{model.uri}/versions/{model.version}",
        "name": model.version,
        "type": f"{PROVIDER}/registries/models/versions",
        "properties": {
            "modelType": "mlflow_model",
            "modelUri": f"{model.uri}/versions/{model.version}",
            "provisioningState": "Succeeded",
            "isArchived": False,
            "isAnonymous": False,
            "tags": tags,
            "properties": {},
        },
    }


def _error(status: int, message: str) -> web.Response:
    error = {"code": "UserError", "message": message}
    return web.json_response({"error": error, "correlation": {"request": uuid4().hex}}, status=status)
