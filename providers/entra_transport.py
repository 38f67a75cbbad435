"""azure-identity's aiohttp transport with our proxy rules; imported only when a token is needed."""

from typing import Any

from azure.core.pipeline.transport import AioHttpTransport

from providers.network import NetworkOptions, proxy_for


class RoutedAioHttpTransport(AioHttpTransport):  # type: ignore[misc]  # azure-core exports it as Any
    """Sends each request through the proxy or directly, as `proxy_for` says, and trusts our authorities."""

    def __init__(self, network: NetworkOptions) -> None:
        verify = str(network.ca_bundle) if network.ca_bundle else True
        super().__init__(use_env_settings=False, connection_verify=verify)
        self._network = network

    async def send(self, request: Any, **config: Any) -> Any:
        """Carry out one request of azure-core's pipeline; `proxies` of its own policies are overruled."""
        config.pop("proxies", None)
        return await super().send(request, proxy=proxy_for(request.url, self._network), **config)
