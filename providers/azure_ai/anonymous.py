"""Requests without a header that says who we are: open addresses, and such whose query holds a signature."""

from collections.abc import Mapping


class Anonymous:
    """No credential in the headers. `query` is what the addresses carry; its signature is kept out of all texts."""

    def __init__(self) -> None:
        self.query: Mapping[str, str] = {}

    @property
    def renewable(self) -> bool:
        """Nothing here can be renewed."""
        return False

    async def headers(self) -> Mapping[str, str]:
        """None."""
        return {}

    def forget(self) -> None:
        """Nothing to forget."""

    def secrets(self) -> tuple[str, ...]:
        """The signature."""
        signature = self.query.get("sig")
        return (signature,) if signature else ()

    async def aclose(self) -> None:
        """Nothing to close."""
