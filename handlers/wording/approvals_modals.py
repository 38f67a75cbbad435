"""Labels, hints and errors of the modals for asking to deploy and for votes."""

from collections.abc import Mapping

from handlers.wording.language import pick
from handlers.wording.said import Params, fill

_TEXT: Mapping[str, Mapping[str, str]] = {
    "en": {
        # asking to deploy
        "deploy_title": "Ask to deploy",
        "deploy_title_change": "Change {request}",
        "deploy_submit": "Ask",
        "deploy_submit_change": "Ask again",
        "deploy_change": "Everything here can be changed. All approvers of {request} are asked again.",
        "model": "Model",
        "model_hint": "A trained model or one of its checkpoints.",
        "model_hint_once": "A trained model or one of its checkpoints. A model can be deployed once.",
        "connection": "Where",
        "connection_hint": "Another account or region than the model's gets a copy of it from the service.",
        "name": "Name of the deployment",
        "name_hint": "What programs put into their calls. {minimum} to {maximum} characters: letters, digits "
        "and {signs}",
        "name_hint_letter": "What programs put into their calls. {minimum} to {maximum} characters: letters, digits "
        "and {signs}, a letter first.",
        "sku": "How it is hosted",
        "sku_processing": "SKU",
        "sku_hint_processing": "Where data may be processed, and what it costs.",
        "sku_hint_sleep": "Whether it goes to sleep without calls, and what it costs.",
        "capacity": "Capacity",
        "capacity_unit": "1 is {tokens} tokens and about {requests} a minute.",
        "capacity_tokens": "1 is {tokens} tokens a minute.",
        "capacity_range": "{minimum} to {maximum}.",
        "capacity_from": "{minimum} or more; the service names no upper limit.",
        "capacity_step": "In steps of {step}.",
        "capacity_enter": "Press Enter to see what it takes of the quota.",
        "capacity_enter_cost": "Press Enter to see what it costs.",
        "replaces": "Replaces",
        "replaces_hint": "It is taken down by the bot some time after the new one answers.",
        "until": "Until",
        "until_hint": "On that day you are asked whether it is still needed. Nothing is taken down by itself.",
        "filter": "Content filter",
        "filter_off": "Content safety off",
        "filter_off_hint": "Empty: the service's content safety filters what goes in and out. Turning it off is part "
        "of what is approved.",
        "throughput": "Throughput, tokens per second at most",
        "filter_hint": "Empty: the service's default.",
        "tags": "Tags",
        "tags_hint": "name=value, one a line or separated by commas.",
        "reason": "Why",
        "reason_hint": "The approvers read this first.",
        "choose": "Choose",
        "no_models": "*There is no model to deploy yet.* Train one first; when its job is done, its model and "
        "checkpoints are listed here.",
        "no_places": "*No connection can host deployments.* Whoever runs the bot sets `resource_id` of a connection in "
        "its configuration.",
        "no_skus": "*What this region offers is not known yet.* The bot reads it from the service; open the form again "
        "in a minute.",
        "no_model": "*Choose a model.* What the region offers depends on it.",
        "no_skus_model": "*This region offers nothing for this model.* Choose another connection.",
        "read_at": "What the region offers was read {at}.",
        "never_read": "What the region offers has not been read from the service yet.",
        "means": "*{capacity}* is {meaning}.",
        "source": "{source}",
        # votes
        "reject_title": "Reject {request}?",
        "reject_submit": "Reject",
        "reject_what": "It ends the request for everybody: {question}",
        "reject_instead": "Is only a detail wrong? Close this and choose *Ask for changes…* in *Details*.",
        "changes_title": "Changes to {request}",
        "changes_submit": "Ask for changes",
        "changes_what": "Voting stops until it is changed: {question}",
        "vote_reason": "Why",
        "vote_reason_hint": "The requester reads this, and it stays in the audit.",
        "changes_reason": "What should be different",
        "glass_title": "Break the glass?",
        "glass_submit": "Go ahead",
        "glass_what": "*{question}*\nIt goes ahead without approvals and in a freeze, in your name. Everybody is told, "
        "with your reason.",
        "glass_reason": "Why it cannot wait",
        "close": "Close",
        "cancel": "Cancel",
        "details_title": "{request}",
        # errors at fields
        "e_required": "Choose one.",
        "e_write": "Write something.",
        "e_whole": "Write a whole number.",
        "e_long": "At most {most} characters.",
    }
}


def say(key: str, locale: str, params: Params | None = None, **markup: str) -> str:
    """One text; `params` come from anywhere, `markup` is safe already."""
    return fill(pick(_TEXT, locale)[key], params or {}, **markup)
