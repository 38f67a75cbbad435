"""The sandbox as `make sandbox` starts it: the first training of Llama has to be bought, the next one has not."""

from pathlib import Path

import pytest

from bot.config.handover import network_options, provider_settings
from bot.config.load import load
from providers.azure_ai.provider import AzureAIProvider
from providers.errors import Refused
from providers.registry import build
from providers.requirements import Requirement
from sandbox.clock import SystemClock
from sandbox.config_out import bot_config, identity_environment
from sandbox.server import create_sandbox
from tests.patience import until
from tests.providers.azure_ai.conftest import LLAMA, sent, spec
from tests.providers.helpers import half


async def test_the_first_training_is_bought_and_the_second_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = create_sandbox()
    await sandbox.start()
    sandbox.ml.configure({"speed": 100})
    for name, value in identity_environment(sandbox.url).items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "tunesmith.toml"
    path.write_text(bot_config(sandbox.url, tmp_path), encoding="utf-8")
    loaded = load(path, {})
    connection = loaded.connection("llama-wus3")
    provider = build(
        connection.provider, connection.name, provider_settings(connection),
        network=network_options(loaded.network), clock=SystemClock(), random=half,
    )  # fmt: skip
    assert isinstance(provider, AzureAIProvider)
    required = provider.requirements
    assert required is not None

    async def unmet() -> list[Requirement]:
        return [one for one in await required.check(LLAMA) if one.state != "met"]

    try:
        train = (await sent(provider, "llama_chat_train.jsonl")).id
        with pytest.raises(Refused) as told:
            await provider.submit(spec(train, model=LLAMA, key="first"))
        assert told.value.code == "marketplace_needed"
        (lacks,) = await unmet()
        assert (lacks.id, lacks.purchase, lacks.fulfillable) == ("marketplace", True, True)
        operation = await required.fulfil(lacks, LLAMA, {"tunesmith": "J1"})

        async def bought() -> bool:
            return (await required.progress(operation)).progress == "succeeded"

        await until(bought)
        for key in ("second", "third"):
            assert await unmet() == []
            await provider.submit(spec(train, model=LLAMA, key=key))
    finally:
        await provider.aclose()
        await sandbox.stop()
