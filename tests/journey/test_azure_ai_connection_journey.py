"""Azure AI Studio: a connection whose workspace cannot be reached as it is configured says which setting is wrong."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.training.record import poll_soon
from tests.journey.azure_ai_steps import PHI, ml, studio
from tests.journey.steps import answer_to, plain
from tests.patience import until
from tests.world import RIN, World

pytestmark = pytest.mark.usefixtures("swift")


async def _polled(made: World) -> None:
    """Have the connection asked now."""
    assert made.application is not None
    deps = made.application.deps

    def soon(connection: Connection) -> None:
        poll_soon(connection, PHI, now=deps.clock.now(), seconds=0, corr="test")

    await deps.store.write(soon)


@pytest.mark.parametrize(
    ("switches", "happened", "remedy"),
    [
        (
            {"other_tenant": True},
            "The workspace phi-eus2 belongs to another tenant than the bot's sign-in",
            "sets `tenant_id` of the connection",
        ),
        ({"role": "none"}, "The bot may not read the workspace phi-eus2", "checks `resource_id` of the connection"),
    ],
)  # fmt: skip
async def test_connections_say_what_is_wrong_with_which_setting(
    tmp_path: Path, switches: dict[str, object], happened: str, remedy: str
) -> None:
    async with studio(tmp_path) as made:
        rin = await made.person(RIN)
        await ml(made, **switches)

        async def said() -> str:
            await _polled(made)
            text = plain(await answer_to(rin, "connections", PHI))
            return text if happened in text else ""

        text = await until(said, "what is wrong, with its connection")
        assert remedy in text
        assert "does not know the account" not in text
