"""A service that nobody above has heard of: from a file to a trained model, with nothing but its package and a line."""

from pathlib import Path
from types import MappingProxyType

import pytest

from bot.config.load import load
from providers import registry
from tests.journey.steps import (
    answer_to,
    card,
    filled,
    hand_in,
    model,
    open_train,
    plain,
    ready,
    rin_of,
    shown,
    view_text,
)
from tests.world import Person, World, words, world

pytestmark = pytest.mark.usefixtures("brisk")
KIND, MODULE = "acme", "tests.providers.fourth.service"
NANO = "gpt-4.1-nano-2025-04-14"


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one line in `providers/registry.py`."""
    monkeypatch.setattr(registry, "_SERVICES", MappingProxyType({**registry._SERVICES, KIND: MODULE}))


def configure(made: World, folder: Path) -> None:
    """The first connection is one of the new service."""
    path = folder / "tunesmith.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('provider = "azure_openai"', f'provider = "{KIND}"', 1), encoding="utf-8")
    made.settings = load(path, {})
    assert made.settings.connection("prod-swc").provider == KIND


async def test_from_a_file_to_a_trained_model(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        configure(made, tmp_path)
        await made.start()
        rin = await rin_of(made)
        await hand_in(rin, "support_train.jsonl")
        await ready(rin, "support_train.jsonl")
        summary = await ordered(rin)
        said = view_text(summary)
        assert "not known before" not in said
        assert (
            "What Acme Tuning charges for a training that waits, fails or is cancelled is not documented."
            in said
        )
        assert await rin.submit(summary, {}) == {"ok": True}
        done = await card(rin, "Trained")
        assert "lamps" in words(done)

        assert await made.count("POST", "/openai/fine_tuning/jobs") == 1
        assert "lamps" in plain(await answer_to(rin, "jobs acme"))
        assert "lamps" in plain(await answer_to(rin, "job J1"))


async def test_what_is_wrong_with_a_file_is_found_there_too(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        configure(made, tmp_path)
        await made.start()
        rin = await rin_of(made)
        await hand_in(rin, "broken.jsonl", b'{"messages": [{"role": "user", "content": "a"}]\n' * 12)
        found = await rin.sees(await rin.direct(), "broken.jsonl")
        assert "12 errors, nothing sent to Acme Tuning" in plain(found)
        assert await made.count("POST", "/openai/files") == 0


async def ordered(rin: Person) -> dict[str, object]:
    """The summary of an order at the new service."""
    view = await open_train(rin)
    given = {
        "connection": "prod-swc",
        "training_type": "GlobalStandard",
        "train": "D1",
        "model": await model(rin, view, NANO),
        "suffix": "lamps",
    }
    before = len(rin.pushed)
    assert await rin.submit(view, filled(view, **given)) == {"ok": True}
    return await shown(rin, "train_summary", before)
