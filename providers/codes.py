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
        "role_missing": "signed in, but without the role for this operation (params `action`, `scope`, `role`, `grant`:"
        " the command that assigns it)",
        "source_role_missing": "may deploy here, but not read the account that has the model (params as role_missing)",
        "policy_denied": "a company policy refuses it (param `policy`, empty when it is not named)",
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
        "grader_invalid": "not a grader, nothing was sent (params `name`: the hyperparameter; `where`: the field in it;"
        " `why`: json, not_object, not_text,"
        " not_text, not_list, not_range, missing, empty, unknown)",
        "grader_refused": "the service does not take the grader (its words in the answer)",
        "results_missing": "the job has no results file",
        "results_unreadable": "the results file has no table with a step column",
        # deployments
        "name_taken": "the name has a deployment of another model (param `deployment`)",
        "already_deployed": "a custom model can be deployed once, and this one is (params `deployment`, `model`)",
        "deployment_quota": "the pool has too little left (params `needed`, `available`, `pool`, mostly `used`,"
        " `limit`, in thousands of tokens per minute; absent where the words do not tell)",
        "deployment_count": "the account has as many deployments as it can (param `limit` where told)",
        "model_unknown": "the account has no such model to deploy: never made, deleted, or not offered (param `model`)",
        "model_not_deployable": "this kind of model cannot be deployed any more (param `model`)",
        "sku_refused": "the model is not hosted this way in this region (params `sku`, `model`)",
        "capacity_refused": "the capacity is outside of what the SKU takes (params `capacity`, `sku`)",
        "name_refused": "the service does not take this name for a deployment (param `deployment`)",
        "region_without_fine_tuning": "the account's region hosts no fine-tuned models",
        "rai_blocked": "the service's safety evaluation forbids deploying this model (param `categories`, or empty)",
        "filter_unknown": "the account has no content filter of this name (param `filter`)",
        "operation_failed": "the service accepted it and ended it without success (its words in the answer)",
        "operation_under_way": "the account is busy with another operation; retry_after says when to come again",
        "resource_unknown": "the account that the configuration names is not there (param `resource`)",
        "resource_locked": "a lock on the resource, its group or the subscription forbids it",
        "provider_unregistered": "the subscription is not registered for Microsoft.CognitiveServices (param `scope`)",
        "deployment_not_ready": "deployed, and the model is still being loaded: minutes after the service said done",
        "deployment_not_found": "no deployment of this name answers (param `deployment`): deleted, or just created",
        "deployment_paused": "the deployment is paused and answers nobody (param `deployment`)",
        "model_in_use": "the model is deployed and can therefore not be deleted (param `model`)",
        "model_not_deletable": "not a model that can be deleted by itself, for example a checkpoint (param `model`)",
        "usage_unreadable": "the measurements of calls came incomplete (param `reason`: error, truncated, shape)",
        "metric_unknown": "the account has no such measurement (does not leave the provider)",
        # blobs (params `account`, `container`, `blob`)
        "blob_not_found": "the container has no such blob",
        "container_not_found": "the storage account has no such container",
        "blob_role_missing": "signed in, but without the role that reads blobs (params `role`, `grant`: the command"
        " that assigns it)",
        "blob_network_refused": "the storage account's firewall or private-endpoint rule refuses this address",
        "blob_archived": "in the archive tier, which is not read before it is rehydrated",
        "blob_changed": "somebody wrote to the blob while it was read",
        "blob_empty": "a blob of no bytes",
        "blob_cut": "the service ended the answer before the blob's end (param `bytes`)",
        "blob_refused": "some other refusal of the storage account (its words in the answer)",
        # Azure AI Studio: the Marketplace, the vault
        "workspace_unknown": "the group has no workspace of this name (params `subscription`, `group`, `workspace`)",
        "group_unknown": "no such resource group (the same params)",
        "subscription_unknown": "no such subscription in the tenant (the same params)",
        "subscription_malformed": "no subscription's id (the same params)",
        "tenant_mismatch": "the token is of another tenant than the subscription (the same params)",
        "workspace_hidden": "may not be read, or is not there: ARM says the same to both (the same params, and those"
        " of `role_missing`)",
        "marketplace_suspended": "the Marketplace subscription could not be billed: no training, no answers",
        "marketplace_unsubscribed": "the project is not subscribed to the offer of the model to deploy",
        "marketplace_refused": "the project was not subscribed to the offer (the service's words in the answer)",
        "network_unregistered": "the subscription is not registered for Microsoft.Network (param `provider`)",
        "region_without_model": "the tuned model is not deployed in the project's region",
        "requirement_not_fulfillable": "the bot cannot or may not bring a requirement about (param `requirement`)",
        "vault_role_missing": "may not write secrets (params `vault`, `role`, `grant`)",
        "vault_network_refused": "the vault's firewall refuses this address (param `vault`)",
        "vault_unknown": "there is no such vault (param `vault`)",
        "vault_secret_deleted": "a deleted secret still has the name (params `vault`, `secret`)",
        "vault_refused": "some other refusal of the vault (its words in the answer)",
        # Azure AI Studio: the workspace's storage, and what a training is refused for
        "store_role_missing": "signed in, but without the role that writes data to the workspace's storage (params"
        " `role`, `scope`, `grant`)",
        "store_sign_in_refused": "the workspace's storage does not take the signature or token (param `account`)",
        "store_network_refused": "the firewall of the workspace's storage refuses this address (param `account`)",
        "store_unknown": "the datastore's container is not there (param `account`)",
        "store_unsupported": "the workspace has no datastore of blobs (params `datastore`, `kind`)",
        "store_identity_missing": "no training could read that datastore (params `datastore`, `account`)",
        "store_name_taken": "another file of this name is there (params `name`, `account`)",
        "store_refused": "the workspace's storage refused the data (param `account`)",
        "region_unsupported": "the model is not trained in this project's region (param `model`)",
        "marketplace_needed": "the model's offer is not subscribed to (param `model`)",
        "payment_needed": "the subscription cannot pay",
        # Databricks
        "feature_disabled": "switched off in the workspace",
        "privilege_missing": "signed in, but without the privilege (params `privilege`, or empty; `grant`)",
        "oauth_refused": "the workspace refused the service principal (param `client`)",
        "training_removed": "the service trains nothing here any more",
        "volume_unknown": "there is no such volume (param `volume`)",
        "upload_differs": "another file of this name is in the volume (param `name`)",
        # configuration of this program
        "provider_unknown": "no such service (param `kind`)",
        "settings_invalid": "the connection's settings are incomplete or wrong (param `settings`)",
    }
)
