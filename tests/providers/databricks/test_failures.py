"""Why a run failed: every class of the training stack by its name and by its sentence, and what to change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.wording.error_tables.databricks import FIXES, FIXES_BARE, fix
from providers.base import Failure
from providers.databricks.failures import RULES, explain

# (sentence, class, fix, what it names); the first column is what reaches us, written as the stack fills it in.
SENTENCES = [
    (("Your dataset (name=a, split=train) has 3 samples, but your minimum batch size is 8 because you are running on 8"
     " gpus and your per device batch size is 1. Please increase the number of samples in your dataset to at least 8."),
     "NotEnoughDatasetSamplesError", "more_samples", {"samples": "3", "minimum": "8"}),
    ("Your dataset is too small and produced no complete samples.", "DatasetTooSmallError", "more_text", {}),
    (("Found keys {'question', 'answer'} in dataset. Unknown example type. For prompt and response finetuning, the"
     " valid prompt keys are {'prompt'}"), "UnknownExampleTypeError", "example_keys",
     {"keys": "question', 'answer"}),
    ("Expected example to be a mapping, but found <class 'list'>", "InvalidExampleTypeError", "example_object", {}),
    ("Chat example must have at least two messages", "NotEnoughChatDataError", "two_messages", {}),
    ("Conversation roles must alternate but found user repeated consecutively.",
     "ConsecutiveRepeatedChatRolesError", "alternate_roles", {"role": "user"}),
    ("Invalid last message role: user. Expected one of: {'assistant'}", "InvalidLastChatMessageRoleError",
     "assistant_last", {"role": "user"}),
    ("Expected 2 keys in message, but found 3", "IncorrectMessageKeyQuantityError", "two_keys", {"found": "3"}),
    ("Expected role to be one of {'user', 'system'} but found: robot", "InvalidRoleError", "known_roles",
     {"role": "robot"}),
    ("Expected content to be a string, but found <class 'list'>", "InvalidContentTypeError", "content_text", {}),
    ("Expected prompt to be a string, but found <class 'int'>", "InvalidPromptTypeError", "prompt_text", {}),
    ("Expected response to be a string, but found <class 'int'>", "InvalidResponseTypeError", "response_text", {}),
    ("Expected message to be a mapping, but found <class 'str'>", "InvalidMessageTypeError", "message_object", {}),
    ("Expected mapping={} to have keys \"prompt\" and \"response\".", "InvalidPromptResponseKeysError",
     "prompt_response_keys", {}),
    ("Unable to extract prompt/response from {'a': 1}", "UnableToProcessPromptResponseError",
     "prompt_response_keys", {}),
    ("Failed to process sample [{'role': 'system'}] with template x. no system", "ChatTemplateError",
     "chat_template", {}),
    ("safe_load is set to True. No data files with safe extensions ['.jsonl'] found", "InvalidFileExtensionError",
     "jsonl_name", {}),
    ("Your dataset (name=a, split=b) is misconfigured. Please check your dataset format",
     "MisconfiguredHfDatasetError", "hugging_face", {}),
    ("you must set the `split` key in the dataset config.", "MissingHuggingFaceURLSplitError", "hugging_face", {}),
    ("No text files were found at /tmp/x.", "InputFolderMissingDataError", "text_files", {}),
    ("'utf-8' codec can't decode byte 0xff in position 0", "CannotUnicodeDecodeFile", "utf8", {}),
    ("Cluster with id 1122-abc does not exist. Check cluster id and try again!", "ClusterDoesNotExistError",
     "cluster_there", {"cluster": "1122-abc"}),
    ("Failed to create databricks connection. Check hostname and access token!", "FailedToConnectToDatabricksError",
     "connect", {}),
    ("Failed to create sql connection to db workspace.", "FailedToCreateSQLConnectionError", "sql", {}),
    ("/x is not empty. Please remove or empty it and retry.", "OutputFolderNotEmptyError", "output_folder", {}),
    ("Please try submitting the run again with a lower learning rate.", "HighLossError", "lower_learning_rate", {}),
    ("Encountered a loss spike. Please try submitting the run again with a lower learning rate.", "LossSpikeError",
     "lower_learning_rate", {}),
    ("Run timed out after 3600 seconds.", "RunTimeoutError", "timeout", {"seconds": "3600"}),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "name", "wanted", "named"), SENTENCES)
def test_a_sentence_tells_its_class(sentence: str, name: str, wanted: str, named: dict[str, str]) -> None:
    meant = explain(Failure(code="", message=sentence))
    (rule,) = [rule for rule in RULES if rule.name == name]
    assert (meant.kind, dict(meant.params)) == (rule.kind, {"fix": wanted, **named})
    assert meant.text == sentence
    with_name = explain(Failure(code="", message=f"{name}: {sentence}"))
    assert dict(with_name.params) == dict(meant.params)
    told = fix(wanted, meant.params)
    for name_of, value in named.items():
        if f"{{{name_of}}}" in FIXES["en"][wanted]:
            assert value in told


@pytest.mark.parametrize("name", [rule.name for rule in RULES])
def test_a_class_without_its_sentence_is_known_and_has_words(name: str) -> None:
    meant = explain(Failure(code="", message=f"{name}: something else"))
    assert meant.params["fix"] in FIXES["en"]
    told = fix(meant.params["fix"], meant.params)
    assert told
    assert "{" not in told


def test_every_sentence_is_used() -> None:
    assert {rule.fix for rule in RULES} == set(FIXES["en"])
    assert set(FIXES_BARE["en"]) <= set(FIXES["en"])


def test_names_in_the_data_are_escaped() -> None:
    meant = explain(Failure(code="", message="Invalid last message role: <!channel>. Expected one of: x"))
    assert "<!channel>" not in fix("assistant_last", meant.params)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("There is not enough capacity for this run", "capacity"),
        ("Out of GPU capacity", "capacity"),
        ("Internal error. Try again later.", "system_error"),
        ("Something nobody has seen", "unknown"),
        ("", "unknown"),
    ],
)
def test_what_is_of_no_class(words: str, kind: str) -> None:
    meant = explain(Failure(code="", message=words))
    assert (meant.kind, dict(meant.params), meant.text) == (kind, {}, words)


@given(st.text(max_size=300))
def test_any_words_are_sorted_out_and_handed_on(words: str) -> None:
    meant = explain(Failure(code="", message=words))
    assert meant.text == words
    assert "fix" not in meant.params or fix(meant.params["fix"], meant.params)
