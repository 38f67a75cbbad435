"""Codes of `bot.deployments` once something is approved: rolling out, keeping, taking down, watching."""

from collections.abc import Mapping

_RUNNER = "Whoever runs the bot"

SENTENCES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        # which one, and who may
        "deployment": (
            "There is no deployment {given}",
            "It may be a typing mistake, or one that went long ago.",
            "`deployments all` lists those that are there.",
        ),
        "not_deployment_owner": (
            "Only its owner or an approver can do this",
            "{asker} has this deployment.",
            "Ask that person, or one of the approvers.",
        ),
        "deployment_owned": (
            "{deployment} is looked after already",
            "{asker} has it.",
            "Ask that person when it should be yours.",
        ),
        "deployment_state": (
            "{deployment} {cannot}",
            "{told_state}.",
            "`deployments` shows how it stands.",
        ),
        # rolling out
        "deployment_not_approved": (
            "Nobody has approved {deployment} as it is asked for now",
            "What was approved was changed or taken back since.",
            "Ask to deploy it again.",
        ),
        "source_lost": (
            "The account that has the model is not managed by the bot any more",
            "{service} copies models only between accounts that the bot knows.",
            f"{_RUNNER} adds that account's connection with its `resource_id`; then try again.",
        ),
        "hosting_lost": (
            "{connection} manages no deployments any more",
            "The connection or its `resource_id` is not in the bot's configuration.",
            f"{_RUNNER} puts it back and starts the bot again; the deployment itself is as it was.",
        ),
        "creation_slow": (
            "{service} has been creating it for more than {minutes} minutes",
            "That takes a few minutes as a rule. It may cost already.",
            "Wait, or take it down and ask again; a smaller capacity may come up sooner.",
        ),
        # keeping
        "keep_useless": (
            "Calls do not keep {deployment}",
            "The service deletes a deployment of the SKU {sku} some time after its creation, called or not.",
            "Deploy it again when it is gone, or ask for it with another SKU.",
        ),
        "keep_needless": (
            "Nothing has to keep {deployment}",
            "{service} deletes nothing by itself here, so there is nothing to keep it from.",
            "It costs as long as it is there; `undeploy {deployment}` takes it down.",
        ),
        # taking down
        "calls_not_read": (
            "its calls were not read since it was created",
            "The service's records of calls are read now and then, because reading them costs.",
            "Wait for the next reading, or ask whoever may call it.",
        ),
        "not_called_off": (
            "{request} cannot be called off any more",
            "{told_state}.",
            "`deployments` shows how it stands; what was sent is taken down instead.",
        ),
        "removal_slow": (
            "{service} has been removing it for more than {minutes} minutes",
            "It is still there and costs.",
            "Take it down once more; when that does not help either, delete it at {service}.",
        ),
        "successor_gone": (
            "{successor} does not answer any more",
            "{deployment} was to go because of it, so it stays.",
            "Look at `deployments`; take this one down yourself when nobody needs it.",
        ),
    }
}
