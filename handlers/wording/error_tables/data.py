"""Codes of `bot.errors` about files that are made of a person's data, and about data that does not fit a training."""

from collections.abc import Mapping

SENTENCES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        "origin_gone": (
            "The data that this was made of is gone",
            "It was made of other data, which the bot does not know any more.",
            "Send the file once more.",
        ),
        "findings_gone": (
            "The findings are gone",
            "What was found was deleted while the report was being made.",
            "Ask for the report again.",
        ),
        "too_large_to_give": (
            "The repaired file is too large to be sent through Slack",
            "It has {bytes}, and the bot sends {limit} at most.",
            "Use repaired file works for every size, and so does `tunesmith validate FILE --fix OUT` on your machine.",
        ),
        "share_dropped": (
            "Slack took the file and never showed it",
            "The bot tried {times} times.",
            "Ask for it again in a few minutes.",
        ),
        "file_gave_up": (
            "The bot tried several times and gave up",
            "The reason is in its log; whoever runs the bot was told.",
            "Ask for it again in a few minutes.",
        ),
        "data_other_service": (
            "{dataset} was checked for {checked_for_service}, not for {connection}",
            "Each service has rules of its own, so it has to be checked for this one before it is sent there.",
            "Type `data {dataset} for {connection}`: the bot checks the same data again and offers it here.",
        ),
        "split_small": (
            "{dataset} is too small to hold so much back",
            "{left} examples would be left to train on, and {minimum} are needed.",
            "Choose a smaller share, or none.",
        ),
        "data_form_elsewhere": (
            "{connection} trains with no data of this form",
            "{dataset} was checked as {form}; what reads it is not there.",
            "Train at {where}: choose that connection.",
        ),
        "data_form": (
            "{dataset} is not in a form that this training reads",
            "It was checked as {form}; the training is {method_word}.",
            "Choose other data, or another method.",
        ),
        "nothing_to_repair": (
            "Nothing in {dataset} can be repaired by the bot",
            "What was found needs a person.",
            "Open the full report, change the lines that it names and send the file again.",
        ),
        "no_guess": (
            "There is no guess for {job} any more",
            "The lines are not known, or none was suspect.",
            "Train like it with new data instead.",
        ),
    }
}
