"""Codes of `providers.azure_ai` (training side): the workspace's datastore, and what a training is refused for.

`FIXES[locale][fix]` is the remedy for a failed training whose explanation names that `fix` (contract 6, 10).
"""

from collections.abc import Mapping

_RUNNER = "Whoever runs the bot"
_COPY_ID = (
    f"{_RUNNER} copies the whole `resource_id` again from the JSON view of the project or hub in the portal"
)

SENTENCES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        # the workspace itself
        "workspace_unknown": (
            "There is no workspace {workspace} in the resource group {group}",
            "The connection's `resource_id` ends with a name that Azure does not have there.",
            f"{_COPY_ID}.",
        ),
        "group_unknown": (
            "There is no resource group {group}",
            "The subscription {subscription} is there; the resource group in the connection's `resource_id` is not.",
            f"{_COPY_ID}.",
        ),
        "subscription_unknown": (
            "Azure does not know the subscription {subscription}",
            "It is mistyped in the connection's `resource_id`, or it belongs to another tenant than the bot's sign-in.",
            f"{_COPY_ID}, or corrects `tenant_id`.",
        ),
        "subscription_malformed": (
            "{subscription} is not the id of an Azure subscription",
            "The connection's `resource_id` needs the id, such as 00000000-0000-0000-0000-000000000000, not a name.",
            f"{_COPY_ID}.",
        ),
        "tenant_mismatch": (
            "The workspace {workspace} belongs to another tenant than the bot's sign-in",
            "The token was issued by one tenant of Entra ID, and the subscription {subscription} is of another.",
            f"{_RUNNER} sets `tenant_id` of the connection to the subscription's tenant, with an identity from there.",
        ),
        "workspace_hidden": (
            "The bot may not read the workspace {workspace}",
            (
                "Its identity has no role there{action_hint}, or `resource_id` names what does not exist: Azure does "
                "not tell the two apart for who has no rights."
            ),
            (
                f"{_RUNNER} checks `resource_id` of the connection and assigns the role *Reader*; it counts after "
                "some minutes.{grant_hint}"
            ),
        ),
        # the datastore that data goes to
        "store_role_missing": (
            "The bot may not write into the workspace's storage account {account}",
            "Its identity lacks the role {role_name}, so the data was not sent.{grant_hint}",
            f"{_RUNNER} has it assigned; then try again, it can take ten minutes to be known everywhere.",
        ),
        "store_sign_in_refused": (
            "The workspace's storage account {account} does not accept the bot's sign-in",
            "The signature that the workspace hands out, or the bot's token, was refused there.",
            f"{_RUNNER} checks whether the account allows keys, and `storage_scope` of the connection.",
        ),
        "store_network_refused": (
            "The workspace's storage account {account} refuses the bot",
            "Its firewall lets only chosen networks in, or it takes no such sign-in.",
            f"{_RUNNER} allows the bot's network at the account.",
        ),
        "store_unknown": (
            "The workspace's storage account {account} does not have the datastore's container",
            "It was deleted, or the datastore was made for another account.",
            f"{_RUNNER} checks the workspace's datastore, or names another as `datastore` in the connection's options.",
        ),
        "store_unsupported": (
            "The workspace has no datastore that the bot can send data to",
            "It needs one in Azure Blob Storage; found was: {datastore} {kind}.",
            f"{_RUNNER} names one as `datastore` in the connection's options.",
        ),
        "store_identity_missing": (
            "A training could not read data in the datastore {datastore}",
            "The datastore holds no credential, and no identity of the workspace is set to read it. Nothing was sent.",
            (
                f"{_RUNNER} opens the datastore in Azure AI Studio, chooses *Update authentication* and there the "
                "workspace's managed identity, and gives that identity a role that reads the account {account}."
            ),
        ),
        "store_name_taken": (
            "Another file called {name} is already in the workspace's datastore",
            "It has another size than the one to send, and a training may use it. Nothing was sent.",
            "Send the data again; it then gets another name.",
        ),
        "store_refused": (
            "The workspace's storage account {account} refused the data",
            "The reason is not one that we know.",
            f"Try again; when it comes back, {_RUNNER.lower()} looks at the bot's log.",
        ),
        # what a training is refused for
        "region_unsupported": (
            "{model} is not trained in this project's region",
            "Pay-as-you-go training is offered in a few regions only; the service's words name them.",
            "Train it at a connection to a project in one of those regions, or choose a model from the list.",
        ),
        "marketplace_needed": (
            "{model} needs a Marketplace subscription of the project first",
            "It is missing, or not in order; nothing was started.",
            "Have the model's offer subscribed to for this project, then train again with the same settings.",
        ),
        "payment_needed": (
            "The Azure subscription cannot pay for this training",
            "Free and trial subscriptions are not accepted, and the offer must be sold in the billing country.",
            "Use a project of a subscription with a valid payment method.",
        ),
    }
}

FIXES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "assistant_missing": "Give every example at least one message of the assistant: the training learns from "
        "these only.",
        "keys_missing": "Give every line the keys that the task reads: `messages` for chat, `prompt` and `completion` "
        "for text completion.",
        "roles_order": "Use only the roles system, user and assistant, the system's message first.",
        "json_lines": "Make every line one JSON object of its own, in UTF-8, without line breaks inside.",
        "no_examples": "Add examples: after reading the file there were none left to train on.",
        "identity_cannot_read": "Nothing is wrong with the data: the workspace's managed identity may not read it. "
        "Whoever runs the bot gives it a role that reads the storage account, and chooses it at *Update "
        "authentication* of the datastore in Azure AI Studio.",
        "too_long": "Shorten or split the longest examples; the data's report shows how many tokens each has.",
    }
}


def fix(code: str, locale: str = "en") -> str:
    """What to change in the data; "" for a code without a sentence."""
    return FIXES.get(locale, FIXES["en"]).get(code, "")
