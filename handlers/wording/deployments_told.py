"""Sentences of messages about deployments that are sent once. `{…}` parts are markup already."""

from collections.abc import Mapping

from handlers.wording.language import pick
from handlers.wording.said import Params, fill

_TEXT: Mapping[str, Mapping[str, str]] = {
    "en": {
        # rolling out
        "live": "✅ *{name} answers*",
        "live_first": "Its first answer: {answer}",
        "live_call": "This is how programs call it. The key comes from an environment variable.",
        "live_call_entra": "This is how programs call it. They sign in with Entra ID, so there is no key.",
        "live_call_token": "This is how programs call it, with a token of Databricks that may query the endpoint.",
        "key_vault": "The key is in the Key Vault {vault} as {secret}.",
        "key_command": "Who may read the key gets it with {command}.",
        "key_not_kept": "⚠ *The key could not be put into the Key Vault: {what}.* {remedy} The bot tries again by "
        "itself with every look at the connection.",
        "failed": "🛑 *{name} could not be rolled out: {what}*",
        "failed_kept": "⚠ *{name} does not answer yet: {what}*",
        "failed_keeps": "It stays and costs, called or not. The bot tries every few minutes and tells you when it "
        "answers.",
        "failed_retry": "The approval still holds: when the cause is gone, try again.",
        "failed_again": "Trying again takes a new request.",
        "replaced": "⏳ *{name} is taken down on {at}*",
        "replaced_why": "{successor} answers in its place. Callers of {old} have until then to move.",
        "replaced_keep": "Keeping it ends the take-down.",
        # watching
        "found_one": "👀 *{name} was deployed outside approval*",
        "found_many": "👀 *{count} were made outside approval*",
        "found_line": "*{name}* · {id} · {what}",
        "found_by": "made by {who}",
        "found_next": "Nobody here approved that. Until somebody looks after it, what is to be said of it "
        "comes to this channel.",
        "found_more": "and {count} more: `deployments all` lists them",
        "idle": "💤 *Nobody has called {name} for {days}*",
        "idle_never": "💤 *Nobody has called {name} since it was made, {days} ago*",
        "idle_cost": "*{spent} spent idle*, {day} more each day.",
        "idle_cost_day": "It costs {day} a day.",
        "idle_deleted": "{deletion}.",
        "idle_next": "Nobody uses it? Take it down. The model stays, free; deploying it again is a new request.",
        "ahead": "⏳ *{service} deletes {name} on {at}, {left}*",
        "ahead_idle": "No calls for {days}: {cost}",
        "ahead_never": "No calls since it was created: {cost}",
        "ahead_spent": "*{spent} spent idle*, {day} more each day.",
        "ahead_spent_unknown": "what that costs is not known.",
        "ahead_free": "it costs nothing by the hour.",
        "ahead_age": "Its SKU lives {hours} h, called or not; calls do not keep it.",
        "ahead_after": "After deletion callers get {answer}.",
        "ahead_next": "The model stays, free; deploying it again is a new request. Nobody uses it? "
        "Take it down today.",
        "ahead_next_age": "The model stays, free. Still needed? Deploy it again when it is gone.",
        "ahead_late": "This was due while the bot was away.",
        "ahead_small": "a reminder does not stop the deletion",
        "in_days": "in {days}",
        "in_hours": "in {hours}",
        "now": "any moment",
        "owner": "owner {who}",
        "retire_inference": "📅 *{service} stops hosting the base model of {name} on {at}*",
        "retire_inference_what": "From then on calls of {name} fail: it is a fine-tuned {base}.",
        "retire_inference_next": "Train on a successor, deploy it in its place with *Replaces*, and move the callers "
        "before that.",
        "retire_training": "📅 *{service} stops training {base} on {at}; {name} is made of it*",
        "retire_training_what": "{name} goes on answering{until}. New versions of it cannot be trained after that.",
        "retire_training_until": " until {day}",
        "retire_training_next": "Train the next version on a successor.",
        "until": "📅 *{name} was wanted until {day}: is it still needed?*",
        "until_ahead": "📅 *{name} is wanted until {day}: is it needed longer?*",
        "until_what": "{cost}. {use}.",
        "until_next": "Nothing is taken down by itself. Take it down, or keep it until another day.",
        "kept": "✅ *{name} is kept until {day}*",
        "kept_bare": "✅ *{name} answered a call: its idle time begins anew*",
        "kept_what": "It answered a call {at}. The bot calls it again before each deletion until then.",
        "kept_by": "{who} wanted it kept.",
        "kept_cost": "{day} more each day, called or not.",
        "keep_failed": "⚠ *{name} could not be kept: {what}*",
        "keep_failed_deleted": "{deletion}.",
        "keep_failed_again": "The bot goes on trying.",
        "reminder": "⏰ *{name}: you wanted to be reminded*",
        "altered": "✏ *{name} was changed at {service}, not by the bot*",
        "altered_was": "Before: {what}.",
        "altered_is": "Now: {what}.",
        "altered_asked": "{request} approved what it was before.",
        "altered_next": "Whoever changed it can change it back at {service}; all amounts follow what it is now.",
        # the end
        "taken_down": "⚫ *{name} is taken down*",
        "called_off": "⚫ *{name} is called off*",
        "called_off_what": "Nothing of it is at {service}, so it costs nothing. The model stays, free.",
        "still_answers": "{name} still answers.",
        "replaced_gone": "⚫ *{name} is taken down, as planned: it is replaced*",
        "taken_by": "By {who}.",
        "taken_instead": "{successor} answers in its place.",
        "taken_what": "It costs nothing any more{spent}. The model stays, free.",
        "taken_spent": "; it cost {spent} in all",
        "down_failed": "⚠ *{name} was not taken down: {what}*",
        "down_state": "It is as before: {state}.",
        "gone_service": "⚫ *{service} deleted {name} on {at}*",
        "gone_elsewhere": "⚫ *{name} is gone, and not by the bot*",
        "gone_idle": "Nobody had called it for {days}, as announced.",
        "gone_age": "Its time was over, as announced.",
        "gone_by": "Somebody deleted it at {service}.",
        "gone_after": "Callers get {answer}.",
        "gone_next": "The model stays, free. Still needed? Deploy it again: the form is filled in, "
        "an approval follows.",
        "gone_late": "It happened while the bot was away.",
    }
}


def say(key: str, locale: str, params: Params | None = None, **markup: str) -> str:
    """One sentence; `params` come from anywhere, `markup` is safe already."""
    return fill(pick(_TEXT, locale)[key], params or {}, **markup)
