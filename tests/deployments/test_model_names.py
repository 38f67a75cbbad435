"""What a model is called: one rule for all services, and never only the service's own name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.naming import MODEL_NAME, base_name, model_name

LLAMA = "azureml://registries/azureml-meta/models/Meta-Llama-3.1-8B-Instruct"


@pytest.mark.parametrize(
    ("id_", "name"),
    [
        ("gpt-4.1-mini-2025-04-14", "gpt-4.1-mini"),
        ("meta-llama/Llama-3.2-3B-Instruct", "Llama-3.2-3B-Instruct"),
        (LLAMA, "Meta-Llama-3.1-8B-Instruct"),
        (f"{LLAMA}/versions/4", "Meta-Llama-3.1-8B-Instruct"),
        ("Phi-4-mini-instruct", "Phi-4-mini-instruct"),
    ],
)
def test_a_base_model_has_its_bare_name(id_: str, name: str) -> None:
    assert base_name(id_) == name


@pytest.mark.parametrize(
    ("suffix", "base", "step", "name"),
    [
        ("support-v12", "gpt-4.1-mini-2025-04-14", None, "support-v12 · gpt-4.1-mini · J1"),
        ("support-v12", "gpt-4.1-mini-2025-04-14", 320, "support-v12 step 320 · gpt-4.1-mini · J1"),
        ("", "Phi-4-mini-instruct", None, "Phi-4-mini-instruct · J1"),
        ("", LLAMA, 20, "Meta-Llama-3.1-8B-Instruct step 20 · J1"),
        ("my-phi-4", "Phi-4", None, "my-phi-4 · J1"),
    ],
)
def test_what_tells_models_apart_comes_first(suffix: str, base: str, step: int | None, name: str) -> None:
    assert model_name(suffix, base, "J1", step) == name


def test_one_that_was_made_elsewhere_has_its_base_behind_it() -> None:
    assert model_name("faq-2", LLAMA) == "faq-2 · Meta-Llama-3.1-8B-Instruct"


@given(st.text(max_size=120), st.text(max_size=120), st.integers(1, 10**6), st.none() | st.integers(0, 10**7))
def test_a_name_fits_an_option_and_keeps_its_job(suffix: str, base: str, job: int, step: int | None) -> None:
    name = model_name(suffix, base, f"J{job}", step)
    assert len(name) <= MODEL_NAME
    assert name.endswith(f" · J{job}")
