"""Codes of asking to deploy: what cannot work, at which field, and what can."""

from collections.abc import Mapping

SENTENCES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        # model
        "job_not_deployable": (
            "{job} has no model to deploy",
            "{told_state}.",
            "Choose a job that is trained; `jobs` lists yours.",
        ),
        "checkpoint_not_deployable": (
            "{job} has no checkpoint to deploy at step {step}",
            "The service keeps only some of a job's checkpoints.",
            "Choose one of the steps that it keeps{steps_hint}.",
        ),
        "model_not_deployable": (
            "{model} is a checkpoint that is not deployed",
            "The service deploys models that were registered; from a checkpoint it trains on.",
            "Deploy the job's final model, or train this one further.",
        ),
        "model_is_base": (
            "{model} is a base model",
            "Only fine-tuned models and their checkpoints are deployed here.",
            "Choose one from the list.",
        ),
        "model_deployed": (
            "{model} is deployed already: {where}",
            "The service deploys a fine-tuned model once.",
            "Use that one, take it down first, or choose another checkpoint.",
        ),
        "model_coming": (
            "{request} asks to deploy {model} already",
            "The service deploys a fine-tuned model once.",
            "Wait for that request, or choose another checkpoint.",
        ),
        "model_retired_deploy": (
            "{model} is retired",
            "The service does not host its base model {base} any more.",
            "{successor_hint}",
        ),
        # connection
        "no_hosting": (
            "{connection} cannot host deployments",
            "The bot's configuration does not say where they are managed.",
            "Choose another connection{others_hint}, or have `resource_id` set.",
        ),
        "region_without_fine_tuning": (
            "This region hosts no fine-tuned models",
            "The service offers that in some regions only.",
            "Choose another connection{others_hint}.",
        ),
        "source_unreachable": (
            "{connection} cannot get the model from {trained_at}",
            "The service copies models only between accounts that the bot manages.",
            "Choose {trained_at}, or have its `resource_id` set.",
        ),
        "model_not_offered": (
            "This region does not host {model}",
            "The service offers it in other regions.",
            "Choose another connection.",
        ),
        "deployments_full": (
            "{connection} has {used} of {maximum} deployments",
            "What is replaced goes only after the new one answers.",
            "Take one down first, or choose another connection.",
        ),
        "place_unread": (
            "What {connection} offers is not known yet",
            "The bot reads it from the service once an hour, and at its start.",
            "Try again in a minute.",
        ),
        # name
        "name_rule": (
            "The service does not take this name",
            "",
            "Use {minimum} to {maximum} letters, digits, - _ and dots, a letter or digit first.",
        ),
        "name_rule_letter": (
            "The service does not take this name",
            "",
            "Use {minimum} to {maximum} letters, digits and {signs}, a letter first.",
        ),
        "name_used": (
            "{where} exists already",
            "A name is used once in a connection.",
            "Choose another name; Replaces takes the old one down later.",
        ),
        "name_coming": (
            "{request} asks for a deployment of this name already",
            "",
            "Choose another name, or wait for that request.",
        ),
        # SKU and capacity
        "sku_unavailable": (
            "{model} is not hosted as {sku} there",
            "The service offers different SKUs for each model and region.",
            "Choose one of: {skus}.",
        ),
        "capacity_range": (
            "The capacity is outside of what this SKU takes",
            "",
            "It may be {capacity_bounds}.",
        ),
        "capacity_step": (
            "The capacity is between two steps",
            "",
            "Use a multiple of {step}, from {minimum} on.",
        ),
        "quota_exceeded": (
            "The quota has {free} left, and this takes {wanted}",
            "It is {pool}, {limit} in all.",
            "Take {free} or less, another SKU, or ask the service for more.",
        ),
        "filter_unknown": (
            "There is no content filter of this name",
            "Filters belong to the account.",
            "Leave it empty, or choose one that is there{filters_hint}.",
        ),
        # the rest
        "tags_form": (
            "{line} is no tag",
            "",
            "Write name=value, one a line.",
        ),
        "tags_reserved": (
            "{name} is a tag of the bot's own",
            "",
            "Use a name that does not begin with {prefix}",
        ),
        "tags_characters": (
            "The name {name} has characters that tags may not have",
            "",
            "Leave out {characters}",
        ),
        "tags_long": ("The tag {name} is too long", "", "It may have {maximum} characters."),
        "tags_twice": ("The tag {name} stands there twice", "", "Leave one of them out."),
        "tags_many": ("There are {count} tags", "", "The service takes {maximum}."),
        "until_past": ("This day is over", "", "Choose a later one, or none."),
        "until_far": (
            "{date} is more than {years} years ahead",
            "No model is served for that long.",
            "Choose an earlier day, or none for no end.",
        ),
        "until_form": ("{given} is no day", "", "Write it as 2027-01-31, or leave it empty."),
        "replaces_unknown": (
            "What it replaces is not there",
            "It has to be a deployment of the same connection that answers.",
            "Choose one from the list, or none.",
        ),
    }
}
