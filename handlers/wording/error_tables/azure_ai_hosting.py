"""Codes of `providers.codes` about serverless endpoints, the Marketplace and Key Vault (Azure AI Studio)."""

from collections.abc import Mapping

_RUNNER = "Whoever runs the bot"

SENTENCES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        # the Marketplace
        "marketplace_suspended": (
            "The Marketplace subscription of this model is suspended",
            "It could not be billed, so neither training nor its deployments answer until it can.",
            "Whoever pays for the Azure subscription settles its payment; it works again by itself.",
        ),
        "marketplace_unsubscribed": (
            "The project is not subscribed to the model's offer",
            "Models that are sold through the Azure Marketplace are served only where their offer is subscribed to.",
            "Somebody with the rights to buy subscribes in Azure AI Studio, then try again.",
        ),
        "region_without_model": (
            "{service} does not deploy this model in the project's region",
            "A tuned model goes only to the regions that its base model names; the service's words may list them.",
            "Ask to deploy it at a connection to a project in one of these regions, first of all where it was trained.",
        ),
        "marketplace_refused": (
            "{service} did not subscribe the project to the model's offer",
            "Nothing was bought. Its own words say why.",
            "Remove the cause that it names, or have the subscription made in Azure AI Studio, then try again.",
        ),
        "network_unregistered": (
            "The Azure subscription is not registered for Microsoft.Network",
            "Models without servers of one's own need it, once for each subscription.",
            "Whoever keeps the subscription runs `az provider register --namespace Microsoft.Network`.",
        ),
        # keys
        "vault_role_missing": (
            "The bot may not write into the Key Vault (`{vault}`)",
            "The deployment answers; only its key was not put there.",
            f"{_RUNNER} assigns the role *{{role_name}}*; it counts after some minutes.{{grant_hint}}",
        ),
        "vault_network_refused": (
            "The Key Vault's firewall refuses the bot (`{vault}`)",
            "The deployment answers; only its key was not put there.",
            f"{_RUNNER} allows the bot's address at the vault.",
        ),
        "vault_unknown": (
            "There is no such Key Vault (`{vault}`)",
            "The deployment answers; only its key was not put there.",
            f"{_RUNNER} corrects `key_vault` in the connection's options.",
        ),
        "vault_secret_deleted": (
            "A secret of this name was deleted and still keeps its name",
            "The Key Vault takes no new one until the old one is recovered or purged.",
            f"{_RUNNER} recovers the secret `{{secret}}` in the vault, then the bot puts the key there.",
        ),
        "vault_refused": (
            "The Key Vault did not take the deployment's key",
            "The deployment answers. The vault's own words say why.",
            f"{_RUNNER} removes the cause that it names.",
        ),
    }
}
"""Codes of `providers.azure_ai` about endpoints, subscriptions and vaults that no other table has."""

REQUIREMENTS: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        "region": (
            "{what} is not trained in {region}",
            "The project is in that region; the service trains this model in {regions}.",
            "Train it at a connection to a project there, or choose a model that is trained in {region}.",
        ),
        "network_provider": (
            "The Azure subscription is not registered for {what}",
            "The service wants that once for each subscription, before anything is trained there.",
            "Whoever keeps the subscription registers it; that takes a minute or two.",
        ),
        "marketplace": (
            "The project is not subscribed to the offer of {what}",
            "It is sold through the Azure Marketplace: a project subscribes once to each offer, then pays by use.",
            (
                "Somebody with the rights to buy subscribes in Azure AI Studio. The bot asks its approvers and does it "
                "itself where it has these rights and `allow_marketplace` of the connection is on."
            ),
        ),
        "marketplace_suspended": (
            "The subscription to the offer of {what} is suspended",
            "It could not be billed, so nothing is trained and no deployment of it answers.",
            "Whoever pays for the Azure subscription settles its payment; it works again by itself.",
        ),
        "marketplace_failed": (
            "The subscription to the offer of {what} was made and failed ({status})",
            "It is there and gives no access.",
            "Somebody with the rights to buy deletes it in Azure AI Studio and subscribes again.",
        ),
        "key_vault": (
            "The bot may not put secrets into the Key Vault {what}",
            "Keys of deployments are to be put there; without it they stay where the service keeps them.",
            "Whoever administers the vault assigns the role *{role}*; it counts after some minutes.",
        ),
        "key_vault_network": (
            "The firewall of the Key Vault {what} refuses the bot",
            "Keys of deployments are to be put there.",
            "Whoever administers the vault allows the bot's address.",
        ),
        "key_vault_unknown": (
            "There is no Key Vault {what}",
            "Keys of deployments are to be put there.",
            f"{_RUNNER} corrects `key_vault` in the connection's options.",
        ),
        "role": (
            "The bot lacks the role {what} in the project",
            "It may read there and start no training.",
            "Whoever administers the project assigns the role; it counts after some minutes.",
        ),
    }
}
"""What a training in a workspace needs: requirement id -> the words for when it is not met."""
