"""Remedies for who runs the bot, as `tunesmith check` shows them: which setting, which variable, whom to grant what.

People in Slack are told whom to ask ("Whoever runs the bot …"). Who reads `check` is that person, so each of these
remedies has a second form here that names the key of the connection (`{table}` is `connections.NAME`) and the
variable of a secret (`{begin}` is `TUNESMITH_CONNECTION_NAME`).
"""

from collections.abc import Mapping
from dataclasses import replace

from handlers.wording import error_hints, errors
from handlers.wording.language import pick
from handlers.wording.said import Params, Said, fill

_COPY_ID = "Copy the whole id again from the JSON view of the project or hub in the portal into `{table}.resource_id`"
_ROLE = "Assign the role *{role_name}*; it counts after some minutes.{grant_hint}"
_TEN_MINUTES = "it can take ten minutes to be known everywhere."

REMEDIES: Mapping[str, Mapping[str, str]] = {
    "en": {
        # the way to the service
        "tls_failed": "Set `network.ca_bundle` to the file with the company's CA.",
        "proxy_refused": "Have the endpoint allowed at the proxy, or list its host under `network.no_proxy`.",
        "proxy_auth_required": (
            "Put them into the proxy's address, TUNESMITH_NETWORK_PROXY (`network.proxy`): "
            "http://USER:PASSWORD@HOST:PORT."
        ),
        "unexpected_redirect": "Correct `{table}.endpoint`, or let the bot through to it without a sign-in page.",
        # who we are
        "key_refused": "Set the present key as {begin}_KEY (`{table}.key`), and start the bot again.",
        "token_refused": "Correct `{table}.scope` or `{table}.tenant_id`.",
        "network_refused": "Allow this machine's address at the resource.",
        "credential_missing": (
            "Choose another `{table}.credential`; docs/setup.md says in section 2 which one is for where."
        ),
        "credential_incomplete": "Set `{table}.{setting}`.",
        "credential_refused": (
            "Correct `{table}.client_id` and `{table}.tenant_id`, or choose another `{table}.credential`."
        ),
        "client_secret_invalid": "Set the secret's value, not its id, as {begin}_CLIENT_SECRET.",
        "client_secret_expired": "Make a new one in Entra ID, and set its value as {begin}_CLIENT_SECRET.",
        "application_unknown": "Correct `{table}.client_id` or `{table}.tenant_id`.",
        "tenant_unknown": "Correct `{table}.tenant_id`, or in another cloud `{table}.authority`.",
        "scope_unknown": "Correct `{table}.scope` and `{table}.management_scope`, or leave both out.",
        "oauth_refused": (
            "Correct `{table}.client_id` and {begin}_CLIENT_SECRET, and add the principal to the workspace."
        ),
        # rights
        "role_missing": _ROLE,
        "source_role_missing": (
            "Assign the role *{role_name}* at that account; it counts after some minutes.{grant_hint}"
        ),
        "privilege_missing": "Grant it to the bot's principal, in Unity Catalog or in the workspace.",
        # addresses and ids
        "endpoint_not_found": "Correct `{table}.endpoint`; where `{table}.api_versions` is set, try without it.",
        "api_version_refused": "Correct `{table}.api_versions`, or leave it out.",
        "provider_unknown": "Correct `{table}.provider`.",
        "settings_invalid": "Correct them under `{table}`.",
        "resource_unknown": "Correct `{table}.resource_id`.",
        "workspace_unknown": f"{_COPY_ID}.",
        "group_unknown": f"{_COPY_ID}.",
        "subscription_unknown": f"{_COPY_ID}, or correct `{{table}}.tenant_id`.",
        "subscription_malformed": f"{_COPY_ID}.",
        "tenant_mismatch": "Set `{table}.tenant_id` to the subscription's tenant, with an identity from there.",
        "workspace_hidden": (
            "Check `{table}.resource_id`, and assign the role *Reader*; it counts after some minutes.{grant_hint}"
        ),
        "volume_unknown": "Correct `{table}.options.volume`, or create the volume.",
        # where data goes, and where it comes from
        "store_role_missing": f"Assign it; {_TEN_MINUTES}",
        "store_sign_in_refused": "Check whether the account allows keys, and `{table}.options.storage_scope`.",
        "store_network_refused": "Allow this machine's network at the account.",
        "store_unknown": "Check the workspace's datastore, or name another as `{table}.options.datastore`.",
        "store_unsupported": "Name one as `{table}.options.datastore`.",
        "store_identity_missing": (
            "Open the datastore in Azure AI Studio, choose *Update authentication* and there the workspace's managed "
            "identity, and give that identity a role that reads the account {account}."
        ),
        "store_refused": "Try again; when it comes back, look at the account's own log.",
        "blob_role_missing": f"Assign it; {_TEN_MINUTES}",
        "blob_network_refused": "Allow this machine's network at the account.",
        "blob_refused": "Try again; when it comes back, look at the account's own log.",
        # keys of deployments
        "vault_role_missing": _ROLE,
        "vault_network_refused": "Allow this machine's address at the vault.",
        "vault_unknown": "Correct `{table}.options.key_vault`.",
        "vault_secret_deleted": "Recover the secret `{secret}` in the vault; then the bot puts the key there.",
        "vault_refused": "Remove the cause that it names.",
        # what a training needs
        "key_vault_unknown": "Correct `{table}.options.key_vault`.",
    }
}
"""Code of an error, or id of a requirement -> what to do. Those that are not here say it to anybody alike."""
_UNKNOWN: Mapping[str, str] = {
    "en": "Try again in a moment. When it comes back, give the code and the request id to the service's support."
}


def explain(
    code: str, params: Params, locale: str, *, table: str, begin: str = "", provider: str = ""
) -> Said:
    """A code in words for who runs the bot; `table` and `begin` name the settings that it is about."""
    said = errors.explain(code, params, locale, provider=provider)
    if not errors.is_known(code):
        return replace(said, remedy=pick(_UNKNOWN, locale))
    return to_operator(said, code, params, locale, table=table, begin=begin)


def to_operator(said: Said, code: str, params: Params, locale: str, *, table: str, begin: str = "") -> Said:
    """What is said to people, with the remedy for who runs the bot where there is one."""
    remedy = pick(REMEDIES, locale).get(code)
    if remedy is None:
        return said
    filled = fill(remedy, params, table=table, begin=begin, **error_hints.of(params, locale))
    return replace(said, remedy=filled)
