"""Why a run failed, read out of its reason (contract 1, "Why a run failed"). Pure.

The reason holds the class of the training stack's error, its sentence, or both. Each class has a word of what to change
(`fix` in the explanation's params; the sentences are in `handlers/wording/error_tables/databricks.py`).
"""

import re
from dataclasses import dataclass
from typing import Final

from providers.base import Failure
from providers.failures import Explanation, FailureKind


@dataclass(frozen=True, slots=True)
class Rule:
    """One class of failure. Named groups of `pattern` become params."""

    name: str
    kind: FailureKind
    fix: str
    pattern: re.Pattern[str] | None = None


def _rule(name: str, kind: FailureKind, fix: str, pattern: str = "") -> Rule:
    return Rule(name, kind, fix, re.compile(pattern, re.IGNORECASE) if pattern else None)


# Order: classes whose sentence is part of another's stand first.
RULES: Final = (
    # data
    _rule(
        "NotEnoughDatasetSamplesError",
        "data_invalid",
        "more_samples",
        r"has (?P<samples>\d+) samples, but your minimum batch size is (?P<minimum>\d+)",
    ),
    _rule("DatasetTooSmallError", "data_invalid", "more_text", r"too small and produced no complete samples"),
    _rule(
        "UnknownExampleTypeError",
        "data_invalid",
        "example_keys",
        r"Found keys (?P<keys>.{1,200}?) in (?:the )?dataset|Unknown example type",
    ),
    _rule("InvalidExampleTypeError", "data_invalid", "example_object", r"Expected example to be a mapping"),
    _rule(
        "NotEnoughChatDataError",
        "data_invalid",
        "two_messages",
        r"Chat example must have at least two messages",
    ),
    _rule(
        "ConsecutiveRepeatedChatRolesError",
        "data_invalid",
        "alternate_roles",
        r"Conversation roles must alternate but found (?P<role>\S{1,40}) repeated",
    ),
    _rule(
        "InvalidLastChatMessageRoleError",
        "data_invalid",
        "assistant_last",
        r"Invalid last message role: (?P<role>[^\s.,]{1,40})",
    ),
    _rule(
        "IncorrectMessageKeyQuantityError",
        "data_invalid",
        "two_keys",
        r"Expected 2 keys in message, but found (?P<found>\d+)",
    ),
    _rule(
        "InvalidRoleError",
        "data_invalid",
        "known_roles",
        r"Expected role to be one of .{1,200}? but found:? (?P<role>[^\s.,]{1,40})",
    ),
    _rule("InvalidContentTypeError", "data_invalid", "content_text", r"Expected content to be a string"),
    _rule("InvalidPromptTypeError", "data_invalid", "prompt_text", r"Expected prompt to be a string"),
    _rule("InvalidResponseTypeError", "data_invalid", "response_text", r"Expected response to be a string"),
    _rule("InvalidMessageTypeError", "data_invalid", "message_object", r"Expected message to be a mapping"),
    _rule(
        "InvalidPromptResponseKeysError",
        "data_invalid",
        "prompt_response_keys",
        r"to have keys .{0,4}prompt.{0,4} and .{0,4}response",
    ),
    _rule(
        "UnableToProcessPromptResponseError",
        "data_invalid",
        "prompt_response_keys",
        r"Unable to extract prompt/response",
    ),
    _rule("InvalidConversationError", "data_invalid", "conversation"),
    _rule(
        "ChatTemplateError",
        "data_invalid",
        "chat_template",
        r"Failed to process sample .{1,4000} with template",
    ),
    _rule("InvalidFileExtensionError", "data_invalid", "jsonl_name", r"No data files with safe extensions"),
    _rule(
        "MisconfiguredHfDatasetError",
        "data_invalid",
        "hugging_face",
        r"is misconfigured. Please check",
    ),
    _rule(
        "MissingHuggingFaceURLSplitError", "data_invalid", "hugging_face", r"you must set the `?split`? key"
    ),
    _rule("InvalidDatasetError", "data_invalid", "dataset"),
    _rule("InputFolderMissingDataError", "data_invalid", "text_files", r"No text files were found at"),
    _rule(
        "CannotUnicodeDecodeFile", "data_invalid", "utf8", r"codec can't decode|cannot be decoded as UTF-8"
    ),
    _rule("FinetuningFileNotFoundError", "file_not_imported", "file_there"),
    # access
    _rule("StoragePermissionError", "file_not_imported", "storage_rights"),
    _rule("InsufficientPermissionsError", "file_not_imported", "rights"),
    _rule("UCNotEnabledError", "file_not_imported", "unity_catalog"),
    _rule("DeltaTableNotFoundError", "file_not_imported", "table_there"),
    _rule("MalformedUCTableError", "file_not_imported", "table_form"),
    _rule("TableDownloadError", "file_not_imported", "table_download"),
    _rule(
        "ClusterDoesNotExistError",
        "file_not_imported",
        "cluster_there",
        r"Cluster with id (?P<cluster>[^\s.]{1,80}) does not exist",
    ),
    _rule("ClusterInvalidAccessMode", "file_not_imported", "cluster_access_mode"),
    _rule("FaultyDataPrepCluster", "file_not_imported", "cluster_faulty"),
    _rule(
        "FailedToConnectToDatabricksError",
        "file_not_imported",
        "connect",
        r"Failed to create databricks conn",
    ),
    _rule("FailedToCreateSQLConnectionError", "file_not_imported", "sql", r"Failed to create sql connection"),
    _rule(
        "OutputFolderNotEmptyError",
        "system_error",
        "output_folder",
        r"is not empty. Please remove or empty it",
    ),
    # training
    _rule("LossSpikeError", "unknown", "lower_learning_rate", r"loss spike"),
    _rule(
        "HighLossError",
        "unknown",
        "lower_learning_rate",
        r"submitting the run again with a lower learning rate",
    ),
    _rule("RunTimeoutError", "system_error", "timeout", r"Run timed out after (?P<seconds>\d+) seconds"),
)
_BRACES: Final = re.compile(r"[{}]")
_CAPACITY: Final = re.compile(
    r"\b(?:insufficient|no|not enough|lack of|out of)\b.{0,20}\b(?:capacity|GPUs?)\b", re.IGNORECASE
)
_INTERNAL: Final = re.compile(
    r"\binternal (?:server )?error\b|\bsystem error\b|try again later", re.IGNORECASE
)


def explain(failure: Failure) -> Explanation:
    """Sort a failure out by its class's name, then by its sentence; the words are handed on unchanged."""
    words = failure.message
    rule = _by_name(words, failure.code) or _by_sentence(words)
    if rule is not None:
        found = rule.pattern.search(words) if rule.pattern else None
        groups = found.groupdict() if found else {}
        # Braces would be placeholders in the sentence that the value ends up in.
        named = {name: _BRACES.sub("", value).strip("'\". ") for name, value in groups.items() if value}
        return Explanation(kind=rule.kind, text=words, params={"fix": rule.fix, **named})
    if _CAPACITY.search(words):
        return Explanation(kind="capacity", text=words)
    return Explanation(kind="system_error" if _INTERNAL.search(words) else "unknown", text=words)


def _by_name(words: str, code: str) -> Rule | None:
    return next((one for one in RULES if one.name in words or one.name == code), None)


def _by_sentence(words: str) -> Rule | None:
    return next((one for one in RULES if one.pattern is not None and one.pattern.search(words)), None)
