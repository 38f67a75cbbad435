"""Sentences for what is wrong with an order, for answers of Slack itself, and for our own faults."""

from collections.abc import Mapping

SENTENCES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        "model_unknown": (
            "The model {given} is not in this connection's list",
            "The list is read once an hour, and when a job has made a new model.",
            "Choose a model from the list; a new one shows after a moment.",
        ),
        "method": (
            "{model} is not trained with this method",
            "It takes: {methods}.",
            "Choose another model.",
        ),
        "method_elsewhere": (
            "{connection} does not train with the method {method_word}",
            "Its service, or the api-version that it speaks, does not have this method.",
            "Train at {where}.",
        ),
        "method_nowhere": (
            "No connection trains with the method {method_word}",
            "Their services, or the api-versions that they speak, do not have this method.",
            "Choose another method, or ask whoever runs the bot for a connection that has it.",
        ),
        "training_type_missing": (
            "A training type is needed",
            "Without one the service takes Standard, which many models refuse.",
            "Choose one of: {types}.",
        ),
        "training_type": (
            "{model} is not trained with this training type",
            "The service would say that the model does not support fine-tuning, which misleads.",
            "Choose {types}.",
        ),
        "no_validation": ("This service takes no validation data", "", "Leave the field empty."),
        "hyperparameter_unknown": ("{name} is not a setting of this model", "", "Leave it out."),
        "training_removed": (
            "{service} does not train models here",
            "The service removed its fine-tuning, or never offered it in this region. What was trained is still here.",
            "Train at another connection; models from here can still be deployed and cleaned up.",
        ),
        "value_missing": ("{name} is needed", "This training cannot start without it.", "Fill it in."),
        "value_form": ("{name} is not in the form that is needed", "", "{hint}"),
        "value_long": ("{name} is too long", "", "It may have {maximum} characters at most."),
        "file_not_text": (
            "{name} is no text in UTF-8",
            "What it holds cannot be read.",
            "Save it as UTF-8 and attach it again.",
        ),
        "not_text": ("{name} must be text", "", ""),
        "not_number": ("{name} must be a number", "", ""),
        "split_and_file": (
            "There are validation data and a share to hold back",
            "Only one of them can be validated on.",
            "Empty one of the two fields.",
        ),
        "split_text": (
            "Nothing is held back of plain text",
            "Its lines belong together, and single ones of them measure nothing.",
            "Leave the field empty, or send a text of its own as validation data.",
        ),
        "split_range": ("This share cannot be held back", "", "Choose 1 to {maximum} percent, or nothing."),
        "not_whole": ("{name} must be a whole number", "", ""),
        "value_small": ("{name} is too small", "", "It must be at least {minimum}."),
        "value_large": ("{name} is too large", "", "It may be {maximum} at most."),
        "seed_range": ("The seed is out of range", "", "It may be 0 to {maximum}, or empty."),
        "same_file": (
            "Training and validation data are the same",
            "Validation on what was trained on says nothing.",
            "Choose other examples, or none.",
        ),
        "model_elsewhere": (
            "{model} is not trained in the region of {connection}",
            "The service trains it in {regions}.",
            "Train it at a connection to a project there, or choose a model from the list.",
        ),
        "no_suffix": ("This service takes no suffix", "", "Leave the field empty."),
        "suffix_long": (
            "The suffix has {length} characters",
            "The service takes {maximum}.",
            "Shorten it.",
        ),
        "suffix_characters": (
            "The suffix has characters that the service refuses",
            "",
            "Letters a-z and A-Z, digits, - and _ are allowed; no dots, no blanks.",
        ),
        "suffix_plain": (
            "The suffix has characters that the service refuses",
            "",
            "Letters a-z and A-Z, digits and - are allowed; no _, no dots, no blanks.",
        ),
        "not_starter": (
            "Only the person who started it can mute it",
            "Muting is about the messages to that person.",
            "",
        ),
        "job_tokens": (
            "This is more than the service trains in one job",
            "The data has {tokens} tokens and the service takes {maximum} times epochs in all.",
            "Choose at most {epochs} epochs, or less data.",
        ),
        "order_lost": (
            "The order did not come back with the summary",
            "Nothing was started.",
            "Open the training form again; shorter names may help.",
        ),
        "intent_lost": (
            "The job could not be written down",
            "Nothing was started.",
            "Try again; when it comes back, tell whoever runs the bot.",
        ),
        "task_state": ("Task {task} is not waiting any more", "Somebody decided it already.", ""),
        "unexpected": (
            "Something went wrong on our side",
            "It was logged under the reference {reference}.",
            "Try again in a moment. When it comes back, give the reference to whoever runs the bot.",
        ),
        # the helper process that checks files and draws charts
        "helper_crashed": (
            "The work stopped in the middle",
            "The process that does it ended (exit {exit}).",
            "Try again; when it comes back, tell whoever runs the bot.",
        ),
        "helper_timeout": (
            "The work took too long",
            "It was stopped after {seconds} seconds.",
            "Try again; when it comes back, tell whoever runs the bot.",
        ),
        "helper_failed": (
            "The work failed in the bot",
            "The reason is {error}.",
            "Try again; when it comes back, tell whoever runs the bot.",
        ),
        "helper_unreadable": (
            "The bot could not read its copy of the file",
            "The reason is {error}.",
            "Try again; when it comes back, send the file once more.",
        ),
        "helper_closed": ("The bot is stopping", "", "Try again in a minute."),
        "ratelimited": ("Slack asks us to slow down", "", "Try again in a minute."),
        "chat_trouble": ("Slack has trouble right now", "", "Try again in a minute."),
        "chat_no_answer": ("Slack did not answer", "", "Try again in a minute."),
        "chat_unreachable": ("Slack cannot be reached", "", "Try again in a minute."),
    }
}
