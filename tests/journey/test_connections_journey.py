"""`connections`: what each service says of itself, the one that trains no more included."""

from pathlib import Path

import pytest

from tests.journey.steps import answer_to, plain, rin_of
from tests.patience import until
from tests.world import Person, world

pytestmark = pytest.mark.usefixtures("brisk")
GONE = "Databricks does not train models here."


async def told_by(person: Person) -> str:
    return plain(await answer_to(person, "connections", "Connections"))


async def test_every_service_is_told_and_the_one_that_trains_no_more_says_so(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        rin = await rin_of(made)
        text = await told_by(rin)
        for name, service in (
            ("prod-swc", "Azure OpenAI"), ("llama-wus3", "Azure AI Studio"), ("phi-eus2", "Azure AI Studio"),
            ("dbx-eus", "Databricks"),
        ):  # fmt: skip
            assert name in text
            assert service in text
        assert "resource_id" not in text, "deployments are managed at all of them"
        assert GONE not in text
        await made.post("/panel/api/service", {"service": "databricks", "set": {"training": "removed_404"}})
        await made.stop()
        await made.start()

        async def gone() -> bool:
            return GONE in await told_by(rin)

        assert await until(gone, "the word that nothing is trained any more")
        assert "failing" not in await told_by(rin), "it answers: only its fine-tuning is gone"
