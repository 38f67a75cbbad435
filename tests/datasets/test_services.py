"""Each service and model asks what its documents say."""

import re
from fnmatch import fnmatchcase
from importlib.resources import files
from json import loads
from pathlib import Path

import pytest

from bot.datasets.options import FORMS, MEBIBYTE, Form, Options
from bot.datasets.repair.file import repair
from bot.datasets.services import SERVICES, knows, limits, options, traits
from bot.datasets.traits import Traits
from tests.datasets.files import checked
from tests.datasets.smallest.sound import sound_lines

FORM_OF_METHOD = {"supervised": "chat", "dpo": "preference", "reinforcement": "reinforcement"}
COMPLETIONS = ("babbage-002", "davinci-002")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_without_a_model_asks_what_all_its_models_ask(service: str) -> None:
    assert traits(service) == traits(service, "made-of-cheese-3")
    assert traits(service).service == service
    assert options(service).max_bytes == limits(service).max_bytes


def test_the_usual_options_are_those_of_azure_openai() -> None:
    assert options() == Options()
    assert traits("azure_openai") == Traits()


def test_of_a_service_without_a_row_only_what_all_want_is_asked() -> None:
    assert "acme" not in SERVICES
    asked = traits("acme", "some-model")
    assert (asked.service, asked.forms) == ("acme", frozenset(FORMS))
    assert (limits("acme").min_examples, limits("acme").byte_order_mark) == (1, False)
    assert limits("acme").max_bytes >= max(limits(one).max_bytes for one in SERVICES)
    assert options("acme", "some-model").max_example_tokens is None
    assert not options("acme", name="a.txt").text_file


@pytest.mark.parametrize("form", FORMS)
def test_sound_data_of_every_form_is_sound_for_a_service_without_a_row(form: Form) -> None:
    report = checked(b"\n".join(sound_lines(5, form)) + b"\n", options("acme"))
    assert (report.ok, report.service, report.counts["warning"]) == (True, "acme", 0), report.findings


def test_a_file_is_repaired_for_a_service_without_a_row(tmp_path: Path) -> None:
    broken, mended = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    sound = sound_lines(3, "chat")
    broken.write_bytes(b"\r\n".join([*sound[:2], b"", sound[2][:-1] + b",}"]))
    assert repair(broken, mended, options("acme")).changed
    assert mended.read_bytes() == b"\n".join(sound) + b"\n"


def test_models_of_azure_train_on_what_their_methods_read() -> None:
    """The table of the checker and the catalogue of the provider say the same."""
    catalogue = loads((files("providers.azure_openai") / "models.json").read_text(encoding="utf-8"))
    assert len(catalogue["models"]) >= 10
    for model in catalogue["models"]:
        name = model["match"].replace("[", "").replace("]", "").replace("??", "07").replace("*", "1")
        assert fnmatchcase(name, model["match"])
        wanted = (
            {"prompt_response"} if name in COMPLETIONS else {FORM_OF_METHOD[one] for one in model["methods"]}
        )
        undated = re.sub(r"-(20\d\d|0\d)-\d\d(-\d\d)?\Z", "", name)
        for said in (name, undated, f"openai/{undated}", f"{name}.ft-0a1b", name.upper()):
            assert knows("azure_openai", said), said
            assert traits("azure_openai", said).forms == wanted, said
            assert traits("azure_openai", said).images == traits("azure_openai", name).images, said
            assert options("azure_openai", said).max_example_tokens == (
                options("azure_openai", name).max_example_tokens
            ), said


@pytest.mark.parametrize("model", ["gpt-4o-mini", "gpt-4.1-mini", "gpt-4.1", "gpt-4o", "openai/gpt-4o"])
def test_a_model_of_azure_without_its_date_has_the_limit_of_its_version(model: str) -> None:
    assert options("azure_openai", model).max_example_tokens == 65_536


@pytest.mark.parametrize("model", ["foo", "gpt-4o-2024-05-13", "gpt-4o-minimum", "gpt-4.10", "openai/"])
def test_a_name_that_only_looks_alike_has_no_row(model: str) -> None:
    assert not knows("azure_openai", model)
    assert options("azure_openai", model).max_example_tokens is None


def test_what_is_known_of_models() -> None:
    assert all(knows(service, "") for service in SERVICES)
    assert not knows("databricks", "foo")
    assert knows("azure_ai_studio", "foo"), "its models all ask the same"
    assert not knows("acme", "foo")
    assert knows("acme", "")


@pytest.mark.parametrize(
    ("model", "images"),
    [
        ("gpt-4o-2024-08-06", True),
        ("gpt-4.1-2025-04-14", True),
        ("GPT-4o-2024-08-06.ft-0a1b", True),
        ("gpt-4.1-mini-2025-04-14", False),
        ("gpt-4o-mini-2024-07-18", False),
        ("gpt-35-turbo-0125", False),
    ],
)
def test_images_are_for_the_models_that_see(model: str, images: bool) -> None:
    assert traits("azure_openai", model).images is images


def test_databricks_wants_two_keys_by_turns_and_the_answer_last() -> None:
    asked = traits("databricks", "meta-llama/Meta-Llama-3.1-8B-Instruct")
    assert asked.message_keys == frozenset({"role", "content"})
    assert asked.example_keys == frozenset({"messages"})
    assert (asked.alternate, asked.answer_last, asked.min_messages, asked.system) == (True, True, 2, "first")
    assert not any((asked.tools, asked.images, asked.weights, asked.parts))
    assert asked.forms == {"chat", "prompt_response", "text"}


@pytest.mark.parametrize("model", ["mistralai/Mistral-7B-Instruct-v0.2", "mistralai/Mixtral-8x7B-v0.1"])
def test_mistral_on_databricks_takes_no_system_message(model: str) -> None:
    assert traits("databricks", model).system == "never"


@pytest.mark.parametrize(
    ("model", "context"),
    [
        ("meta-llama/Meta-Llama-3.1-8B-Instruct", 131_072),
        ("meta-llama/Llama-3.1-8B-Instruct", 131_072),
        ("Llama-3.1-8B-Instruct", 131_072),
        ("Meta-Llama-3.1-8B-Instruct", 131_072),
        ("llama-3.1", 131_072),
        ("meta-llama/Meta-Llama-3-70B", 8_192),
        ("meta-llama/Llama-3-70B", 8_192),
        ("meta-llama/Llama-3.2-3B", 131_072),
        ("meta-llama/Llama-2-7b-chat-hf", 4_096),
        ("codellama/CodeLlama-7b-hf", 16_384),
        ("mistralai/Mistral-7B-v0.1", 32_768),
        ("databricks/dbrx-instruct", 32_768),
        ("acme/unknown", None),
        ("meta-llama/Llama-4", None),
    ],
)
def test_examples_of_databricks_are_cut_at_the_context_of_the_model(model: str, context: int | None) -> None:
    assert options("databricks", model).max_example_tokens == context


def test_limits_are_those_of_the_documents() -> None:
    azure, studio, databricks = map(options, SERVICES)
    assert (azure.max_bytes, azure.min_examples, azure.byte_order_mark) == (512 * MEBIBYTE, 10, True)
    assert (studio.max_bytes, studio.min_examples) == (512 * MEBIBYTE, 1)
    assert (databricks.max_bytes, databricks.min_examples, databricks.byte_order_mark) == (
        5 * 1024 * MEBIBYTE,
        1,
        False,
    )
    assert traits("azure_ai_studio").roles == {"system", "user", "assistant"}
