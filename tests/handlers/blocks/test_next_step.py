"""What the card of a job names as the next step is something that its service can do."""

import pytest

from bot.facts.jobs import CheckpointFacts
from handlers.blocks import job_card
from tests.handlers.blocks.test_buttons import routes
from tests.handlers.samples import JOB

ENDED = JOB.model_copy(update={"state": "succeeded", "result_model": "main.ft.support/1"})
KEPT = CheckpointFacts(id="ep1-ba20", step=20, model="support:ep1-ba20", deployable=False)


@pytest.mark.parametrize(
    ("provider", "checkpoints", "model", "told"),
    [
        (
            "azure_openai",
            (KEPT.model_copy(update={"deployable": True}),),
            "ft",
            "look at the charts and pick a checkpoint in the results.",
        ),
        ("azure_openai", (KEPT,), "ft", "look at the charts, then ask to deploy it."),
        ("databricks", (KEPT,), "main.ft.support/1", "look at the charts, then ask to deploy it."),
        ("azure_ai_studio", (), "azureml:m:1", "look at the charts, then ask to deploy it."),
        ("databricks", (KEPT,), None, "look at the charts."),
    ],
)
def test_a_checkpoint_is_advised_only_where_one_can_be_deployed(
    provider: str, checkpoints: tuple[CheckpointFacts, ...], model: str | None, told: str
) -> None:
    job = ENDED.model_copy(update={"provider": provider, "checkpoints": checkpoints, "result_model": model})
    card = job_card.build(job, "en")
    assert card.text.endswith(f"Next: {told}")
    assert ("pick a checkpoint" in card.text) == ("pick a checkpoint" in told)
    offered = [action for action, _ in routes(card)]
    assert ("job_deploy" in offered) == (model is not None)
