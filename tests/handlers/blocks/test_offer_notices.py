"""What owners and approvers read about the subscription behind a deployment, and about its key."""

import pytest

from bot.chat import Rendered
from bot.facts import deployment_notices as notices
from bot.facts.notice import Notice
from handlers.renderer import Renderer
from tests.handlers import samples_deployments as samples
from tests.handlers.samples_deployments import deployment

BASE = "azureml://registries/azureml-meta/models/Llama-3.3-70B-Instruct"
SERVERLESS = deployment(
    connection="llama-wus3", name="chat", title="llama-wus3/chat", provider="azure_ai_studio", base=BASE
)


def said(notice: Notice) -> Rendered:
    return Renderer().message(notice, "en")


@pytest.mark.parametrize(
    ("offer", "headline", "what"),
    [
        ("suspended", "is suspended", "Whoever pays for the Azure subscription settles its payment"),
        ("ended", "has ended", "the project of llama-wus3 is not subscribed to it any more"),
        ("good", "is in order again", "answers calls of llama-wus3/chat as before"),
    ],
)
def test_each_state_says_what_it_means_for_calls_and_who_can_do_something(
    offer: str, headline: str, what: str
) -> None:
    found = said(notices.OfferChanged.model_validate({"deployment": SERVERLESS, "offer": offer}))
    first, *_ = found.text.splitlines()
    assert "llama-wus3/chat: the subscription to its base model" in first
    assert headline in first
    assert what in found.text
    assert "Llama-3.3-70B-Instruct" in found.text
    assert "azureml://" not in found.text
    assert ("take_down" in str(found.blocks)) == (offer == "ended"), (
        "a button only where it may be the answer"
    )


def test_where_the_key_is_and_never_the_key() -> None:
    snippet = samples.SNIPPET.model_copy(
        update={"key_secret": "llama-wus3-chat", "key_vault": "https://kv-llama.vault.azure.net"}
    )
    found = said(notices.KeyKept(deployment=SERVERLESS.model_copy(update={"snippet": snippet})))
    assert found.text.startswith("🔑 The key of llama-wus3/chat is in the Key Vault now")
    assert "Programs find it in kv-llama.vault.azure.net as llama-wus3-chat." in found.text
    bare = said(notices.KeyKept(deployment=SERVERLESS.model_copy(update={"snippet": None})))
    assert "Programs find it" not in bare.text
