"""The service's words as errors of ours, and failures sorted out. Pure."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.wording.error_tables.azure_ai import FIXES, SENTENCES, fix
from providers.azure_ai.dialect import WorkspaceDialect
from providers.azure_ai.envelope import read_envelope
from providers.azure_ai.failures import FIXES as CODES
from providers.azure_ai.failures import explain
from providers.azure_ai.history import read_failure
from providers.azure_ai.workspace_id import WorkspaceId
from providers.base import Failure
from providers.calls import Call
from providers.errors import ProviderError, ServiceAnswer
from tests.providers.azure_ai.test_wire import JSON

PLACE = WorkspaceId("s", "g", "w")
DIALECT = WorkspaceDialect(PLACE, "")


def refusal(status: int, code: str, message: str, operation: str = "jobs.create") -> ProviderError:
    call = Call(
        operation=operation, method="PUT", path="/x", repeatable=False, what={"model": "M", "method": "supervised"},
        params={"api-version": "v"},
    )  # fmt: skip
    return DIALECT.refusal(ServiceAnswer(status=status, code=code, message=message), call)


@pytest.mark.parametrize(
    ("status", "code", "message", "told"),
    [
        (400, "UserError", "Model 'M' requires a Marketplace subscription.", "marketplace_needed"),
        (400, "UserError", "Fine-tuning of model 'M' is not available in region 'westus'.", "region_unsupported"),
        (400, "UserError", "Fine-tuning of model 'M' is retired.", "model_retired"),
        (400, "UserError", "Invalid value for learning_rate.", "hyperparameter_refused"),
        (400, "UserError", "Training data 'x' could not be resolved.", "file_unknown"),
        (400, "UserError", "Model 'M' does not support the task 'TextCompletion'.", "method_unsupported"),
        (400, "UserError", "Subscriptions of a free trial are not accepted.", "payment_needed"),
        (400, "UserError", "Something else.", "request_refused"),
        (400, "InvalidApiVersionParameter", "The api-version 'v' is invalid.", "api_version_refused"),
        (401, "", "Unauthorized", "token_refused"),
        (403, "AuthorizationFailed", "The firewall of the workspace refuses public access.", "network_refused"),
        (403, "RequestDisallowedByPolicy", "", "policy_denied"),
        (404, "ResourceGroupNotFound", "Resource group 'g' could not be found.", "group_unknown"),
        (404, "ResourceNotFound", "'a/workspaces/w' under group 'g' was not found.", "workspace_unknown"),
        (409, "MissingSubscriptionRegistration", "Not registered for Microsoft.Network", "provider_unregistered"),
        (409, "ScopeLocked", "Locked.", "resource_locked"),
        (409, "Conflict", "There is one of this name.", "conflict"),
        (429, "TooManyRequests", "Slow down.", "throttled"),
        (429, "QuotaExceeded", "The quota is used up.", "quota"),
    ],
)  # fmt: skip
def test_refusals(status: int, code: str, message: str, told: str) -> None:
    assert refusal(status, code, message).code == told


def test_a_missing_role_names_action_scope_and_command() -> None:
    words = (
        "The client 'c' with object id '11111111-2222-3333-4444-555555555555' does not have authorization to perform "
        "action 'Microsoft.MachineLearningServices/workspaces/jobs/write' over scope '/subscriptions/s/x' or the scope."
    )
    params = refusal(403, "AuthorizationFailed", words).params
    assert params["action"] == "Microsoft.MachineLearningServices/workspaces/jobs/write"
    assert params["role"] == "Azure AI Developer"
    assert params["scope"] == str(PLACE)
    assert str(params["grant"]).startswith('az role assignment create --assignee "11111111-2222')
    read = refusal(403, "AuthorizationFailed", "", "workspace.get").params
    assert (read["role"], read["scope"]) == ("Reader", str(PLACE))


def test_what_is_deployed_is_in_use() -> None:
    words = "The model is used by endpoint 'e'. Delete the deployment first."
    assert refusal(400, "UserError", words, "models.delete").code == "model_in_use"
    assert refusal(400, "UserError", words, "jobs.cancel").code == "request_refused"


OPERATIONS = st.sampled_from(["jobs.create", "jobs.get", "models.delete", "x"])


@given(
    status=st.integers(400, 499),
    code=st.text(max_size=20),
    message=st.text(max_size=80),
    operation=OPERATIONS,
)
def test_any_refusal_has_a_code(status: int, code: str, message: str, operation: str) -> None:
    assert refusal(status, code, message, operation).code


@given(body=st.binary(max_size=80) | JSON.map(lambda one: json.dumps(one).encode()))
def test_any_body_can_be_read(body: bytes) -> None:
    assert all(isinstance(one, str) for one in read_envelope(body))
    assert all(isinstance(one, str) for one in read_envelope(b'{"error":' + body + b"}"))


def test_the_deepest_sentence_is_told_and_nothing_twice() -> None:
    body = {
        "error": {
            "code": "UserError",
            "message": "Received 400 from a service.",
            "details": [{"code": "DataError", "message": "Line 7 has no messages."}],
            "additionalInfo": [
                {"type": "ComponentName", "info": {"value": "managementfrontend"}},
                {"type": "MessageFormat", "info": {"value": "Received 400 from a service."}},
                {"type": "MessageFormat", "info": {"value": "Model {name} is unknown"}},
            ],
        }
    }
    code, message = read_envelope(json.dumps(body).encode())
    assert code == "DataError"
    assert message == "Received 400 from a service. Line 7 has no messages."


def test_the_error_of_a_run() -> None:
    inner = {"code": "BadData", "message": "No assistant tokens found after preprocessing"}
    error = {
        "error": {"code": "UserError", "message": "The job failed.", "innerError": inner},
        "componentName": "ft",
    }
    failure = read_failure(error)
    assert failure == Failure(code="BadData", message=f"The job failed. {inner['message']}", param="ft")
    assert read_failure({}) is None


@pytest.mark.parametrize(
    ("message", "kind", "named"),
    [
        ("No assistant tokens found after preprocessing.", "data_invalid", "assistant_missing"),
        ("Column messages is missing in the dataset.", "data_invalid", "keys_missing"),
        ("Failed to parse JSON in line 3.", "data_invalid", "json_lines"),
        ("The dataset is empty.", "data_invalid", "no_examples"),
        ("Conversation roles must alternate user/assistant.", "data_invalid", "roles_order"),
        ("The identity of the workspace may not read datastore 'x'.", "file_not_imported", "identity_cannot_read"),
        ("Access to the storage account was denied.", "file_not_imported", None),
        ("The training data failed the Responsible AI check.", "data_refused", None),
        ("There is not enough capacity in this region.", "capacity", None),
        ("The quota of the subscription is used up.", "quota", None),
        ("A free trial subscription cannot be billed.", "payment_needed", None),
        ("No valid payment method was found.", "payment_needed", None),
        ("Internal server error. Try again later.", "system_error", None),
        ("It did not work.", "unknown", None),
    ],
)  # fmt: skip
def test_failures(message: str, kind: str, named: str | None) -> None:
    told = explain(Failure(code="UserError", message=message))
    assert (told.kind, told.params.get("fix"), told.text) == (kind, named, message)
    assert named is None or fix(named)


def test_every_fix_has_words_and_every_word_a_fix() -> None:
    assert set(FIXES["en"]) == CODES
    assert fix("nothing") == ""
    assert all(all(sentence) for sentence in SENTENCES["en"].values())
