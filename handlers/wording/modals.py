"""Labels, hints and errors of the modals."""

from collections.abc import Iterable, Mapping

from handlers.wording import numbers
from handlers.wording.language import pick
from handlers.wording.markup import inline
from handlers.wording.said import Params, Said, fill
from handlers.wording.services import of_kind, service_name

_TEXT: Mapping[str, Mapping[str, str]] = {
    "en": {
        "close": "Close",
        "back": "Back",
        "choose": "Choose",
        # upload
        "upload_title": "Upload data",
        "upload_submit": "Check and upload",
        "upload_connection": "Connection",
        "upload_connection_hint": "The data is checked first and uploaded there only when it has no errors.",
        "upload_training": "Training data",
        "upload_training_hint": "At most {size} (Slack's limit here). JSONL files, each line one example. {forms}.",
        "upload_forms": "{connection}: {forms}",
        "upload_forms_any": "They hold chats",
        "form_chat": "chats",
        "form_preference": "preferences",
        "form_reinforcement": "reinforcement data",
        "form_prompt_response": "prompts with responses",
        "form_text": "plain text as .txt",
        "form_closed": "no training",
        "upload_validation": "Validation data",
        "upload_validation_hint": "Optional, with examples that are not in the training data.",
        "upload_address": "Azure Blob address",
        "upload_address_hint": "Instead of a file: the address of a blob, or of two for training and validation. It is "
        "read with the bot's own identity, so give it without a signature. Accounts: {accounts}.",
        "upload_larger": "Larger files: post the file in a channel or to the bot, and use the shortcut "
        "*Use as training data* on that message. The findings come to you in a direct message.",
        "no_connection": "*No connection is configured.* Whoever runs the bot adds one to its configuration.",
        # train
        "train_title": "Train a model",
        "train_submit": "Review",
        "train_connection": "Connection",
        "train_type": "Training type",
        "train_type_hint": "Where the data may be processed, and at which price. Nothing is preset, since that is for "
        "you to decide. Not every model takes every type.",
        "train_model": "Model",
        "train_model_hint": "Type to search. Your trained models and their checkpoints have short names here.",
        "train_model_stale": "The list of models has not been read from the service yet; it fills in a moment.",
        "train_models_at": "List of models read {at}",
        "train_data": "Training data",
        "train_data_hint": "Only data that was checked without errors is listed, the newest first.",
        "train_data_more": " Not usable here, for its form or because it was checked for another service: {datasets}.",
        "train_data_left": "{named} and {count} more",
        "train_data_recheck": " The command “data {data} for {connection}” has {data} checked for this service.",
        "train_valid": "Validation data",
        "train_valid_hint": "Optional. Without it the curves cannot show overfitting.",
        "train_valid_held": "Optional. Without it the service holds back a share of the training data itself.",
        "train_elsewhere": "Trained in other regions only: {models}",
        "train_elsewhere_one": "{model} ({regions})",
        "train_no_data": "*There is no data to train with yet.* Upload a JSONL file first; when its check is done, "
        "choose Train again.",
        "train_like": "Settings of {job}. Everything can be changed.",
        "train_seed": "Seed",
        "train_seed_hint": "The same data, settings and seed give nearly the same model. Empty: the bot draws one.",
        "train_suffix": "Suffix of the model's name",
        "train_suffix_hint": "Letters, digits, {signs}, no dots; {maximum} characters at most.",
        "train_suffix_advised": " Above {advised} some of the service's own tools refuse the name.",
        "train_method": "Method",
        "train_method_hint": "Which data it reads follows from it: chats, preferences, prompts with answers, or text.",
        "train_split": "Hold back for validation",
        "train_split_hint": "Instead of a validation file: this share of the data is measured, not trained on.",
        "train_split_share": "{share} % of the examples",
        "train_closed": "*Nothing can be trained at {connection}.* {service} has removed its fine-tuning, or never "
        "offered it in this region. What was trained there is still shown, and its models can be deployed and cleaned "
        "up.",
        "train_file": "{name} as a file",
        "train_file_hint": "Where it is longer than a field holds: a text file (UTF-8) of at most {maximum} "
        "characters. It counts instead of what is typed above.",
        "train_checking": "*It is being looked at …* This takes some seconds; the summary follows here. Nothing is "
        "ordered before Start.",
        "field_needed": "Needed, here or as a file.",
        "field_kept": "Both fields empty: as in {job}, where it is longer than this field holds.",
        "not_yet": "Some fields need another look",
        "w_file_counts": "{name}: the attached file counts, and what is typed in the field does not.",
        "e_long": "This is longer than {maximum} characters.",
        "e_form": "“{given}” is not in the form that is needed. {hint}",
        "e_amount": "Write {write} instead of “{given}”.",
        "e_amount_which": "“{given}” has no unit. Write one of: {each}.",
        "e_amount_small": "Write at least {least}.",
        "e_amount_large": "At most {most} {word}: {write}.",
        "field_auto": "Empty: the service decides.",
        "field_default": "Empty: {value}.",
        "field_auto_as": "Empty: as {auto}.",
        "field_range": "From {minimum} to {maximum}.",
        "field_range_or": "From {minimum} to {maximum}, or {auto}.",
        "field_from": "At least {minimum}.",
        "field_from_or": "At least {minimum}, or {auto}.",
        "field_to": "At most {maximum}.",
        "ph_auto": "the service decides",
        "ph_seed": "drawn by the bot",
        # errors at fields
        "e_required": "Choose one.",
        "e_number": "Write a number.",
        "e_whole": "Write a whole number.",
        "e_range": "This is outside the range: {range}",
        "e_seed": "Write a whole number from 0 to 2147483647.",
        "e_suffix": "Use letters and digits only; no dots, no blanks.",
        "e_suffix_signs": "Use letters, digits{signs} only; no dots, no blanks.",
        "e_same": "This is the training data. Choose other examples, or none.",
        # summary
        "summary_title": "Start this training?",
        "summary_submit": "Start",
        "s_model": "Model",
        "s_type": "Training type",
        "s_connection": "Connection",
        "s_data": "Training data",
        "s_valid": "Validation data",
        "s_no_valid": "none: overfitting will not show",
        "s_service_holds_back": "none: the service holds back a share of the training data itself",
        "s_held_back": "{share} of {dataset} held back",
        "s_tokens": "Tokens in the data",
        "s_epochs": "Epochs",
        "s_billed": "Tokens billed",
        "s_epochs_auto": "the service decides",
        "s_billed_note": "tokens × epochs",
        "s_billed_ordered": "as ordered",
        "s_cost": "Cost",
        "s_no_cost": "no price is configured for this model",
        "s_timed": "not known before: the service bills this method by the hour",
        "s_batches": "not known before: its length is given in batches, and how many tokens they hold is not known",
        "s_method": "Method",
        "s_settings": "Settings",
        "s_suffix": "Suffix",
        "s_none": "none",
        "s_charged": "The service charges the tokens of the training data times the epochs; waiting and failed jobs "
        "are not charged (the service's documentation).",
        "s_charged_other": "What {service} charges for a training that waits, fails or is cancelled is not documented.",
        "s_charged_timed": "The service charges the hours of training, also of a job that is cancelled, and pauses a "
        "job that has cost $5,000 (the service's documentation).",
        "s_warning": "⚠ {text}",
        # warnings of the summary
        "w_suffix_advised": "The suffix has {length} characters; above {advised} some of the service's tools refuse "
        "the name.",
        "w_same_content": "{train} and {valid} hold the same bytes: the validation loss will say nothing.",
        "w_overlap": "{count} examples are in both files: the validation loss will look better than it is.",
        "w_over_limit": "The longest example has {longest} tokens, and {model} takes {limit} of one in training: what "
        "is too much is cut off.",
        "w_over_chosen": "The longest example has {longest} tokens, and “{label}” is set to {limit}: what is too much "
        "is cut off.",
        "w_under_limit": "The training data has about {tokens} tokens, and {model} reads {limit} at once: the service "
        "advises at least as many. Add data if there is any, or set “{label}” to less.",
        "w_under_chosen": "The training data has about {tokens} tokens, and “{label}” is set to {limit}: the service "
        "advises at least as many. Add data if there is any, or set it to less.",
        "w_under_limit_text": "The text has about {tokens} tokens, and {model} reads {limit} at once: a text that does "
        "not fill this once may fail as too small after the start. Add text, or set “{label}” to less.",
        "w_under_chosen_text": "The text has about {tokens} tokens, and “{label}” is set to {limit}: a text that does "
        "not fill this once may fail as too small after the start. Add text, or set it to less.",
        "w_model_retires": "{model} is not trained any more from {date} on.",
        "w_inference_ends": "Deployments of this model end on {date}.",
        "w_learns_nothing": "“{label}” is 0: the training changes nothing, and it is billed.",
        "w_unusual": "“{label}” is set to {value}, far from what is usual: {low} to {high}.",
        "w_no_validation": "Without validation data the curves cannot show overfitting.",
        "w_no_price": "No price is configured for this model, so the cost is not known.",
        "w_price_any_type": "The price does not distinguish training types; with the chosen one the cost may differ.",
        "w_training_type": "This model is not known to take the training type {training_type}.",
        "w_job_quota": "{used} of {limit} jobs are kept there: the service may refuse another.",
        "w_data_warnings": "The data has {count} warnings; they are in its report.",
        "w_not_uploaded": "The data is not at the connection yet: the job starts by itself when it is.",
        "w_needs_approval": "More than {limit} is asked for first: the approvers decide, then it starts by itself.",
        "w_needs_approval_cap": "{spent} of {limit} are spent this month and this would pass the limit: the approvers "
        "decide, then it starts by itself.",
        "w_needs_approval_hours": "What it costs is not known, and more than {limit} is asked for first: the approvers "
        "decide, then it starts by itself.",
        "w_needs_approval_batches": "What so many batches cost is not known, and more than {limit} is asked for first: "
        "the approvers decide, then it starts by itself.",
        "w_needs_approval_price": "No price is configured, so what it costs is not known, and more than {limit} is "
        "asked for first: the approvers decide, then it starts by itself.",
        "w_needs_approval_tokens": "The tokens of its data are not counted yet, so what it costs is not known, and "
        "more than {limit} is asked for first: the approvers decide, then it starts by itself.",
        "w_may_buy": "{model} is sold through a marketplace. If it is not subscribed to yet, the approvers are asked "
        "to buy that first; then it starts by itself.",
        "w_subscription_needed": "{model} is sold through a marketplace, and the bot may not buy there: it is not "
        "started unless it is subscribed to already.",
        "w_must_buy": "{model} is sold through a marketplace and was not subscribed to when the bot last looked: the "
        "approvers are asked to buy that first; then it starts by itself.",
        "w_cannot_buy": "{model} is sold through a marketplace and was not subscribed to when the bot last looked, and "
        "the bot may not buy there: it is not started before somebody subscribes to it.",
        "w_subscription_coming": "{model} is sold through a marketplace and was just being subscribed to when the bot "
        "last looked: it starts once that is done.",
        "w_subscription_suspended": "The subscription to {model} was suspended when the bot last looked, because it "
        "could not be billed: it is not started unless that is settled.",
        "w_subscription_failed": "The subscription to {model} had failed when the bot last looked and gave no access: "
        "it is not started unless somebody subscribes again.",
        "w_other": "Please note: {code}.",
    }
}


def say(key: str, locale: str, params: Params | None = None, **markup: str) -> str:
    """One text; `params` come from anywhere, `markup` is safe already."""
    return fill(pick(_TEXT, locale)[key], params or {}, **markup)


def elsewhere(models: Iterable[tuple[str, str]], locale: str) -> str:
    """Which models are trained, and in which other regions."""
    told = [say("train_elsewhere_one", locale, {"model": name, "regions": where}) for name, where in models]
    return say("train_elsewhere", locale, models="; ".join(told))


def wrong_suffix(signs: str, locale: str) -> str:
    """What a suffix may consist of at this service."""
    return say("e_suffix_signs" if signs else "e_suffix", locale, signs=_listed(signs))


def _listed(signs: str) -> str:
    """What follows "letters, digits": ` and -`, `, - and _`."""
    return "".join(f"{',' if n < len(signs) else ' and'} {sign}" for n, sign in enumerate(signs, 1))


def charges(provider: str, locale: str, *, timed: bool) -> str:
    """What is charged, as far as the service's documentation says it."""
    if timed:
        return say("s_charged_timed", locale)
    known = of_kind(provider)
    if known is not None and known.charges_tokens:
        return say("s_charged", locale)
    return say("s_charged_other", locale, service=service_name(provider))


def not_yet(mistakes: Iterable[tuple[str, str]], locale: str) -> Said:
    """What is wrong at which fields (their labels), in a modal of its own."""
    told = [f"• *{inline(label, 150)}:* {inline(text, 300)}" for label, text in mistakes]
    return Said(happened=say("not_yet", locale), meaning="\n".join(told))


def warning(code: str, params: Params, locale: str) -> str:
    """A warning of the summary; one without a sentence is shown by its code."""
    if code == "needs_approval":
        return _needs_approval(params, locale)
    if code == "unusual":
        params = {
            name: numbers.plain(value) if isinstance(value, int | float) else value
            for name, value in params.items()
        }
    key = f"w_{code}"
    if key in pick(_TEXT, locale):
        return say(key, locale, params)
    return say("w_other", locale, {"code": code.replace("_", " "), **params})


def _needs_approval(params: Params, locale: str) -> str:
    """That people are asked before it starts, with the limit that it passes."""
    currency = str(params.get("currency", ""))

    def amount(name: str) -> str:
        value = params.get(name)
        return numbers.amount(float(value), currency) if isinstance(value, int | float) else "…"

    key = f"w_needs_approval_{params.get('why', '')}"
    key = key if key in pick(_TEXT, locale) else "w_needs_approval"
    return say(key, locale, limit=amount("limit"), spent=amount("spent"))
