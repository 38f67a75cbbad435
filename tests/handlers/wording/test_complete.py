"""Nothing that the program can say lacks its words, and no sentence lacks a value."""

import ast
import re
import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast, get_args

import pytest

from bot import errors as bot_errors
from bot.facts import jobs as job_facts
from bot.facts.jobs import FailureFacts, ReadingFacts
from bot.training import reading as curves
from handlers.wording import (
    actions,
    approvals,
    approvals_modals,
    data_report,
    datasets,
    datasets_told,
    error_hints,
    errors,
    failures,
    jobs,
    lists,
    modals,
    notices,
    requests,
    requests_asks,
    requests_told,
    results,
)
from handlers.wording.error_tables import approvals as approvals_table
from handlers.wording.error_tables import asking as asking_table
from handlers.wording.error_tables import bot as bot_table
from handlers.wording.error_tables import data as data_table
from handlers.wording.error_tables import order as order_table
from handlers.wording.error_tables import service as service_table
from providers.codes import CODES
from providers.errors import ServiceAnswer
from providers.failures import FailureKind
from tests.handlers.samples import JOB

_CODE = re.compile(r"`([a-z_]+)`")


def _bot_codes() -> Iterator[str]:
    """The codes that the docstrings of `bot.errors` name, without the names of parameters."""
    for error in (bot_errors.Denied, bot_errors.NotThere, bot_errors.WrongState, bot_errors.FileProblem):
        text = re.sub(r"with `[a-z_]+`(?:, `[a-z_]+`)*", "", error.__doc__ or "")
        yield from _CODE.findall(text)


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_of_a_provider_has_words(code: str) -> None:
    assert errors.is_known(code)


@pytest.mark.parametrize("code", sorted(set(_bot_codes())))
def test_every_code_of_the_bot_has_words(code: str) -> None:
    assert errors.is_known(code)


@pytest.mark.parametrize("kind", get_args(FailureKind))
def test_every_kind_of_failure_is_explained(kind: str) -> None:
    assert kind in failures.known_kinds()
    said = failures.explain(JOB.model_copy(update={"failure": FailureFacts(kind=kind, text="Words.")}), "en")
    assert said.happened
    assert said.meaning
    assert said.remedy
    assert said.quote == '"Words."'


@pytest.mark.parametrize("kind", get_args(curves.Kind))
def test_every_reading_has_a_sentence(kind: str) -> None:
    assert kind in results.known_kinds()
    assert results.reading(ReadingFacts(kind=kind), "en")[0]


@pytest.mark.parametrize("state", get_args(job_facts.OurState))
def test_every_state_has_a_word_a_dot_and_a_next_step(state: job_facts.OurState) -> None:
    job = JOB.model_copy(update={"state": state})
    assert jobs.state_word(state, "en") != state
    assert jobs.dot(state)
    assert jobs.next_step(job, "en")


def _templates() -> Iterator[tuple[str, str]]:
    tables: Mapping[str, Mapping[str, object]] = {
        "bot": bot_table.SENTENCES["en"],
        "service": service_table.SENTENCES["en"],
        "order": order_table.SENTENCES["en"],
        "data": data_table.SENTENCES["en"],
        "datasets": datasets._WORDS["en"],
        "datasets told": datasets_told._SENTENCES["en"],
        "data report": data_report._WORDS["en"],
        "notices": notices._SENTENCES["en"],
        "lists": lists._TEXT["en"],
        "modals": modals._TEXT["en"],
        "actions": actions._QUESTIONS["en"],
        "approvals errors": approvals_table.SENTENCES["en"],
        "asking errors": asking_table.SENTENCES["en"],
        "approvals": approvals._TEXT["en"],
        "approvals modals": approvals_modals._TEXT["en"],
        "requests": requests._TEXT["en"],
        "requests asks": requests_asks._TEXT["en"],
        "requests told": requests_told._TEXT["en"],
    }
    for name, table in tables.items():
        for key, value in table.items():
            texts = value if isinstance(value, tuple) else (value,)
            for text in cast("tuple[str, ...]", texts):
                yield f"{name}.{key}", text


@pytest.mark.parametrize(("where", "text"), list(_templates()))
def test_the_tone(where: str, text: str) -> None:
    """Calm and exact: no exclamation, no blame, placeholders are names."""
    assert "!" not in text
    assert not re.search(r"\b(oops|sorry|unfortunately)\b", text, re.IGNORECASE)
    for _, name, spec, conversion in string.Formatter().parse(text):
        assert name is None or re.fullmatch(r"[a-z_]+", name), where
        assert not spec
        assert not conversion


def test_the_services_own_words_and_the_request_id_are_kept() -> None:
    answer = ServiceAnswer(status=400, code="invalidPayload", message="No <such> thing.", request_id="7f3c")
    said = errors.explain_error(
        bot_errors.ServiceSays("never_heard_of", {}, answer=answer), "en", provider="azure_openai"
    )
    assert said.happened == "Azure OpenAI refused this"
    assert "never_heard_of".replace("_", "_") in said.meaning
    assert said.quote == '"No &lt;such&gt; thing."'
    assert said.request_id == "7f3c"


def test_slacks_own_codes_are_quoted() -> None:
    said = errors.explain_error(bot_errors.ChatRefused("msg_too_long"), "en")
    assert said.happened == "Slack refused this"
    assert "msg_too_long" in said.meaning


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (
            FailureFacts(kind="data_refused", charged=False, tokens_billed=0),
            "Nothing was charged (Azure OpenAI's documentation; job log: 0 tokens).",
        ),
        (
            FailureFacts(kind="data_refused", charged=False),
            "Nothing was charged (Azure OpenAI's documentation).",
        ),
        (FailureFacts(kind="unknown", tokens_billed=0), "Nothing was charged (job log: 0 tokens)."),
        (FailureFacts(kind="unknown", tokens_billed=5000), "Job log: 5 K tokens billed."),
        (FailureFacts(kind="unknown", charged=False, tokens_billed=5000), "Job log: 5 K tokens billed."),
        (FailureFacts(kind="unknown"), "Azure OpenAI did not say whether anything was charged."),
    ],
)
def test_charges_are_told_with_their_source(failure: FailureFacts, sentence: str) -> None:
    assert failures.charge(failure, "azure_openai", "en") == sentence


@pytest.mark.parametrize(
    ("kind", "numbers", "method", "part"),
    [
        ("falling", {"first": 1.84, "last": 0.55, "valid_last": 0.74}, "supervised", "from 1.84 to 0.55"),
        ("falling", {"first": 1.84, "last": 0.55}, "supervised", "without validation data"),
        (
            "diverging",
            {"valid_best": 0.7, "valid_last": 0.95, "valid_best_step": 1210.0, "gap_ratio": 1.9, "last": 0.5},
            "supervised",
            "best at step 1,210 (0.70) and ends at 0.95",
        ),
        (
            "diverging",
            {"valid_best": 0.94, "valid_last": 0.95, "valid_best_step": 10.0, "gap_ratio": 1.9, "last": 0.5},
            "supervised",
            "1.9 times the training loss (0.50)",
        ),
        ("rising", {"first": 0.2, "last": 0.8}, "reinforcement", "reward rises from 0.20 to 0.80"),
        ("rising", {"first": 0.2, "last": 0.8}, "supervised", "did not settle"),
    ],
)
def test_readings(kind: str, numbers: dict[str, float], method: str, part: str) -> None:
    assert part in results.reading(ReadingFacts(kind=kind, numbers=dict(numbers)), "en", method)[0]


def test_overfitting_has_the_remedy_of_the_source_document() -> None:
    azure = {"n_epochs": "Epochs", "learning_rate_multiplier": "Learning-rate multiplier"}
    _, remedy = results.reading(ReadingFacts(kind="diverging"), "en", labels=azure)
    assert "fewer epochs or a smaller learning-rate multiplier" in remedy


ROOT = Path(__file__).resolve().parents[3]
RAISED = frozenset({"Denied", "NotThere", "Invalid", "WrongState", "FileProblem", "HelperError"})
# made by `errors.explain` itself
DERIVED = frozenset({"service", "code", "state", "action", "data_state", "cannot", "told_state"})
DERIVED |= frozenset(error_hints.of({}, "en"))


def _raised() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Codes that the sources raise with the names of their parameters, where both are written out."""
    for path in sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED
            ):
                continue
            code = node.args[0] if node.args else None
            params = node.args[1] if len(node.args) > 1 else ast.Dict([], [])
            if isinstance(code, ast.Constant) and isinstance(params, ast.Dict):
                names = [key.value for key in params.keys if isinstance(key, ast.Constant)]
                yield f"{path.name}:{node.lineno}", str(code.value), frozenset(map(str, names))


@pytest.mark.parametrize(("where", "code", "params"), list(_raised()))
def test_what_is_raised_brings_all_that_its_sentences_name(
    where: str, code: str, params: frozenset[str]
) -> None:
    named = {
        name
        for sentence in errors.sentences(code, "en")
        for _, name, _, _ in string.Formatter().parse(sentence)
        if name is not None
    }
    assert named <= params | DERIVED, where


@pytest.mark.parametrize(
    "code", ["suffix_advised", "model_retires", "no_validation", "same_content", "price_any_type"]
)
def test_warnings_of_the_summary_have_words(code: str) -> None:
    assert "Please note" not in modals.warning(code, {}, "en")
    assert "Please note" in modals.warning("unheard_of", {}, "en")


def test_a_file_too_large_is_told_in_sizes() -> None:
    said = errors.explain("too_large", {"bytes": 700_000_000, "limit": 536_870_912}, "en")
    assert "700 MB" in said.meaning
    assert "537 MB" in said.meaning


def test_the_state_of_data_is_in_words() -> None:
    said = errors.explain("dataset_state", {"dataset": "D57", "state": "refused"}, "en")
    assert (said.happened, said.meaning.split(";")[0]) == (
        "D57 cannot be used now",
        "It is refused because of errors",
    )


def test_data_that_did_not_arrive_is_explained_by_its_own_code() -> None:
    failure = FailureFacts(kind="data_not_taken", code="file_quota")
    said = failures.explain(JOB.model_copy(update={"state": "refused", "failure": failure}), "en")
    assert said.happened == "Its data could not be brought to Azure OpenAI"
    assert said.meaning.startswith("The resource is full of files.")


def test_a_job_that_was_never_created_was_not_charged() -> None:
    charge = failures.charge(FailureFacts(kind="training_type"), "azure_openai", "en", created=False)
    assert charge == "No job was created, so nothing was charged."
