"""The connections that the sandbox writes for the bot, and what they find there at the start."""

import tomllib

from sandbox.azure_ml.config import connections
from tests.sandbox.azure_ml.stand import PHI, UNSUBSCRIBED, Stand


def test_buying_is_allowed_where_something_is_sold() -> None:
    written = tomllib.loads(connections("http://127.0.0.1:1"))["connections"]
    assert {one["resource_id"]: one["options"]["allow_marketplace"] for one in written} == {
        UNSUBSCRIBED.id: True, PHI.id: False,
    }  # fmt: skip


async def test_nothing_is_bought_at_the_start(unsubscribed: Stand) -> None:
    for place in (UNSUBSCRIBED, PHI):
        assert (await unsubscribed.get("/marketplaceSubscriptions", at=place))["value"] == []
