"""Every code that a provider's error can carry; `handlers/wording` has a sentence for each.

A test reads the sources and proves that no other code is raised.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # the way to the service
        "unreachable": "no connection: name not resolved, refused, or no route",
        "tls_failed": "the certificate is not trusted or TLS failed: a company CA belongs into network.ca_bundle",
        "proxy_refused": "the proxy did not let the connection through",
        "proxy_auth_required": "the proxy wants a user and a password",
        "timed_out": "nothing was heard in time",
        "connection_lost": "the connection broke",
        "server_error": "the service answered 5xx",
        "unreadable_answer": "what was answered is not what the service answers",
        "no_answer": "sent, and no usable answer came",
        "throttled": "too many requests; retry_after says when",
        "busy": "the service is overloaded and says when to come again",
        "unexpected_redirect": "the address answers with a redirect: wrong endpoint or a login page in between",
        # who we are
        "key_refused": "the API key is wrong, was rotated, or belongs to another endpoint",
        "token_refused": "the service does not take this Entra token: scope or tenant",
        "role_missing": "signed in, but without the role for this operation",
        "network_refused": "the resource's firewall or private-endpoint rule refuses this address",
        "credential_missing": "this kind of credential is not available on this machine (param `kind`)",
        "credential_incomplete": "the credential lacks a setting (params `kind`, `setting`)",
        "credential_refused": "Entra ID refused the credential (param `kind`)",
        "client_secret_invalid": "Entra ID: the client secret is wrong (its id instead of its value?)",
        "client_secret_expired": "Entra ID: the client secret has expired",
        "application_unknown": "Entra ID: no such application in this tenant",
        "tenant_unknown": "Entra ID: no such tenant",
        "scope_unknown": "Entra ID: no such scope or resource",
        # what was asked for
        "not_found": "no such thing (param `operation`)",
        "endpoint_not_found": "the path does not exist there: wrong endpoint, resource kind or api-version",
        "api_version_refused": "the service does not know this api-version (param `api_version`)",
        "conflict": "exists already, or its state does not allow this",
        "in_use": "something still depends on it, for example a deployment",
        "request_refused": "the service refuses the request (its words in the answer)",
        "too_large": "larger than the service takes",
        "operation_unsupported": "this surface has no such operation",
        "method_unsupported": "this provider does not train with this method (param `method`)",
        # files and jobs
        "job_quota": "too many jobs running, queued or kept",
        "file_quota": "too many files or bytes at the resource",
        "quota": "some other quota",
        "file_not_ready": "the service has not finished taking in the file",
        "file_unknown": "the service has no such file, or not for fine-tuning",
        "data_invalid": "the service's own check of the lines failed",
        "import_failed": "the service could not take in the file",
        "content_filtered": "the service's content filter refused it",
        "source_changed": "the file changed while it was sent (params `expected`, `sent`)",
        "training_type_unsupported": "not trained with this training type (params `model`, `training_type`)",
        "model_not_trainable": "this model cannot be fine-tuned here",
        "model_retired": "this model is retired",
        "method_required": "this model is trained with another method (params `model`, `method`)",
        "suffix_refused": "the suffix is too long or has other characters than letters, digits, - and _",
        "hyperparameter_refused": "a hyperparameter is out of range",
        "results_missing": "the job has no results file",
        "results_unreadable": "the results file has no table with a step column",
        # configuration of this program
        "provider_unknown": "no such service (param `kind`)",
        "settings_invalid": "the connection's settings are incomplete or wrong (param `settings`)",
    }
)
