"""Codes of `providers.codes` about deployments: what a service refuses, and who can mend it."""

from collections.abc import Mapping

_RUNNER = "Whoever runs the bot"
_AGAIN = "Try again in a few minutes."

SENTENCES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        # rights
        "role_missing": (
            "The bot lacks the role for this",
            "It is signed in, but not allowed to do this at the resource{action_hint}.",
            f"{_RUNNER} assigns the role *{{role_name}}*; it counts after some minutes.{{grant_hint}}",
        ),
        "source_role_missing": (
            "The bot may not read the account that has the model",
            "It may deploy here; copying the model needs a role there{action_hint}.",
            f"{_RUNNER} assigns the role *{{role_name}}* there; it counts after some minutes.{{grant_hint}}",
        ),
        "policy_denied": (
            "A policy of the company refuses it",
            "It is an Azure Policy{policy_hint}, not the bot's.",
            "Ask whoever keeps the subscription's policies, or change what the policy names.",
        ),
        "resource_locked": (
            "A lock forbids changes there",
            "Somebody locked the resource, its group or the subscription.",
            "Ask whoever keeps the subscription to lift the lock, then try again.",
        ),
        "provider_unregistered": (
            "The subscription is not registered for this service",
            "Azure wants its resource provider registered once for each subscription; its words name which.",
            "Whoever keeps the subscription runs `az provider register --namespace` with that name.",
        ),
        "resource_unknown": (
            "{service} does not know the account",
            "The account in the configuration's `resource_id` is not there.",
            f"{_RUNNER} corrects `resource_id` of the connection.",
        ),
        # what is asked for
        "name_taken": (
            "The name has a deployment of another model",
            "Somebody made it around the bot; nothing of it was changed.",
            "Ask again with another name.",
        ),
        "already_deployed": (
            "This model is deployed already",
            "{service} deploys a fine-tuned model once.",
            "Use that deployment, or take it down and try again.",
        ),
        "deployment_quota": (
            "The quota is too small for it",
            "{service} has too little capacity left for this SKU and model{quota_hint}.",
            "Ask for less capacity or another SKU, take something down, or have the quota raised and try again.",
        ),
        "deployment_count": (
            "The account has all the deployments that it can have",
            "{service} counts those that nobody calls, too.",
            "Take one down, then try again.",
        ),
        "model_not_deployable": (
            "{service} does not deploy this model",
            "Its kind or version is not hosted any more.",
            "Train on another base model and deploy that.",
        ),
        "sku_refused": (
            "The model is not hosted with this SKU there",
            "{service} offers different SKUs for each model and region.",
            "Ask again with another SKU.",
        ),
        "capacity_refused": (
            "{service} does not take this capacity",
            "It is outside of what the SKU allows.",
            "Ask again with another capacity.",
        ),
        "name_refused": (
            "{service} does not take this name for a deployment",
            "",
            "Ask again with a name of letters, digits and - that begins with a letter.",
        ),
        "rai_blocked": (
            "{service}'s safety evaluation forbids deploying this model",
            "The trained model gave harmful answers{categories_hint}.",
            "Review the training data on these topics and train again; an earlier checkpoint may pass.",
        ),
        # on the way
        "operation_failed": (
            "{service} accepted it and then gave up",
            "Its own words say why.",
            "Remove the cause that it names; when it names none, try again after a while.",
        ),
        "operation_under_way": (
            "The account is busy with something else",
            "{service} does one thing at a time there.",
            _AGAIN,
        ),
        "deployment_not_ready": (
            "The deployment is still being loaded",
            "{service} says it is done some minutes before it answers.",
            _AGAIN,
        ),
        "deployment_not_found": (
            "{service} knows no deployment of this name",
            "It was deleted, or created a moment ago.",
            "`deployments` shows what is there.",
        ),
        "deployment_paused": (
            "The deployment is paused",
            "It is there and answers nobody.",
            "Whoever paused it at the service lets it go on.",
        ),
        "model_in_use": (
            "The model is deployed",
            "{service} does not delete what a deployment uses.",
            "Take the deployment down first.",
        ),
        "model_not_deletable": (
            "This cannot be deleted by itself",
            "Checkpoints go with their job's model.",
            "Delete the model, or leave it.",
        ),
        "usage_unreadable": (
            "Who is called cannot be read",
            "{service}'s measurements came incomplete, so nothing is said about idle deployments.",
            "The bot tries again by itself.",
        ),
        "metric_unknown": (
            "{service} does not measure calls here",
            "Without that nobody knows which deployments are idle.",
            "Look at the service's own page for this account.",
        ),
    }
}
