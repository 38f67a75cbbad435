"""Codes of `bot.errors.Invalid` and of the helper process: what was ordered and is not possible as ordered.

They stand at a field of a modal too, so each part is short.
"""

from collections.abc import Mapping

SENTENCES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        "model_unknown": (
            "{given} is not among the models of this connection",
            "It may be retired, or be in another resource.",
            "Choose one from the list.",
        ),
        "model_retired": (
            "{model} is no longer trained",
            "The service has ended its training ({date}).",
            "Choose its successor from the list.",
        ),
        "method": (
            "{model} is not trained in this way",
            "It takes {methods}.",
            "Choose another model for this data.",
        ),
        "no_validation": (
            "This service takes no validation data",
            "",
            "Leave the field empty.",
        ),
        "same_file": (
            "Training and validation data are the same",
            "Validation on what was trained on says nothing.",
            "Choose other examples, or none.",
        ),
        "seed_range": (
            "The seed is out of range",
            "From 0 to {maximum}.",
            "Leave it empty to have one drawn.",
        ),
        "training_type_missing": (
            "The training type is missing",
            "Without one the service takes Standard, which many models refuse.",
            "Choose one of {types}.",
        ),
        "training_type": (
            "{model} is not known to take this training type",
            'The service would answer "does not support fine-tuning".',
            "It takes {types}.",
        ),
        "hyperparameter_unknown": (
            "This model has no hyperparameter {name}",
            "",
            "Leave it out.",
        ),
        "not_whole": ("{name} is a whole number", "", "Write it without decimals."),
        "value_small": (
            "{name} is too small",
            "At least {minimum}.",
            "Leave it empty to let the service decide.",
        ),
        "value_large": (
            "{name} is too large",
            "At most {maximum}.",
            "Leave it empty to let the service decide.",
        ),
        "no_suffix": ("This service takes no suffix", "", "Leave the field empty."),
        "suffix_long": (
            "The suffix is too long",
            "It has {length} characters, and {maximum} are the most.",
            "Shorten it.",
        ),
        "suffix_characters": (
            "The suffix has characters that the service refuses",
            "Letters, digits, - and _ are allowed; dots are not.",
            "Change it.",
        ),
        "task_state": (
            "Task {task} is not stuck any more",
            "Somebody else has dealt with it, or it runs again.",
            "There is nothing to do.",
        ),
        # the helper process
        "helper_crashed": (
            "The check stopped in the middle",
            "The process that does it ended (exit {exit}).",
            "Try again; when it comes back, tell whoever runs the bot.",
        ),
        "helper_timeout": (
            "The check took too long",
            "It was stopped after {seconds} seconds.",
            "Try again; when it comes back, tell whoever runs the bot.",
        ),
        "helper_failed": (
            "The check failed",
            "The reason is {error}.",
            "Try again; when it comes back, tell whoever runs the bot.",
        ),
        "helper_unreadable": (
            "The bot could not read its copy of the file",
            "The reason is {error}.",
            "Try again; when it comes back, send the file once more.",
        ),
        "helper_closed": ("The bot was being stopped", "Nothing was lost.", "It carries on after its start."),
    }
}
