"""Codes of `providers.databricks` (training side), and what to change after each class of failure (contract 1).

`FIXES[locale][fix]` is the remedy for a failed run whose explanation names that `fix`, `FIXES_BARE` the same without
the numbers and names, for when the service's words told none.
"""

from collections.abc import Mapping
from string import Formatter

from handlers.wording.said import Params, fill

_RUNNER = "Whoever runs the bot"

SENTENCES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        "feature_disabled": (
            "This is switched off in the Databricks workspace",
            "The service knows the operation and does not offer it here.",
            "Ask an administrator of the workspace whether it can be switched on.",
        ),
        "oauth_refused": (
            "Databricks refused the bot's service principal",
            "Its client id or secret is wrong, or it is not in this workspace.",
            f"{_RUNNER} checks `client_id` and the client secret, and adds the principal to the workspace.",
        ),
        "privilege_missing": (
            "The bot may not do this in the Databricks workspace",
            "Its principal lacks a privilege; the service's words name what it wanted.",
            f"{_RUNNER} has it granted in Unity Catalog or the workspace.",
        ),
        "volume_unknown": (
            "The volume {volume} is not there",
            "Training data goes into a Unity Catalog volume, and nothing of this name was found.",
            f"{_RUNNER} checks `volume` in the connection's options, or creates the volume.",
        ),
        "upload_differs": (
            "Another file called {name} is already in the volume",
            "It has another size than the one to send, so it was not put there by this upload.",
            "Send the data again; it then gets another name.",
        ),
    }
}

FIXES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "more_samples": "The data has {samples} examples, and this model's smallest batch takes {minimum}. Add "
        "examples until there are at least {minimum}; a held-back validation part counts separately.",
        "more_text": "Add text: together it does not fill the context length once. Or choose a smaller context length.",
        "example_keys": "Give every line the keys that the task type reads: `messages` for chat, `prompt` and "
        "`response` for instructions. Found here: {keys}.",
        "example_object": "Make every line one JSON object, not a list, a text or a number.",
        "two_messages": "Give every example at least two messages: a question of the user and an answer.",
        "alternate_roles": "Join or remove messages that follow each other with the same role ({role}): user and "
        "assistant have to alternate.",
        "assistant_last": "End every example with a message of the assistant; here the last one is from {role}.",
        "two_keys": "Leave only `role` and `content` in every message; here one has {found} keys.",
        "known_roles": "Use only the roles system, user and assistant; here one message has {role}.",
        "content_text": "Make every `content` a text: no lists of parts, no null.",
        "prompt_text": "Make every `prompt` a text: no list, no number, no null.",
        "response_text": "Make every `response` a text: no list, no number, no null.",
        "message_object": "Make every message an object with `role` and `content`.",
        "prompt_response_keys": "Give every line exactly `prompt` and `response`, both of them texts.",
        "conversation": "Look for examples whose messages are no conversation: empty lists, or a system message "
        "that is not the first.",
        "chat_template": "The model's chat template does not take one of the examples: Mistral models take no system "
        "message, and others want it first. Take it out, or choose another model.",
        "jsonl_name": "Send the data as a file whose name ends in .jsonl (.txt for pretraining).",
        "hugging_face": "The name of a Hugging Face dataset needs its split, and the dataset has to load by itself. "
        "Check both, or send the data as a file.",
        "dataset": "The data could not be read as a dataset. Open its report, repair what it names, and send it again.",
        "text_files": "The folder has no .txt files. Pretraining reads text files: send the data as .txt.",
        "utf8": "Save the files as UTF-8 and send them again.",
        "file_there": "The training file is not in the volume any more. Train again: the bot sends it once more.",
        "storage_rights": "Whoever runs the bot grants its principal READ VOLUME on the volume, and lets the "
        "workspace's serverless compute through the storage account's firewall.",
        "rights": "Whoever runs the bot grants its principal what the service's words name.",
        "unity_catalog": "Unity Catalog is not enabled for this workspace; training needs it.",
        "table_there": "The Delta table is not there, or the bot's principal may not see it. Check its name.",
        "table_form": "The table's columns do not fit the task type: `messages`, or `prompt` and `response`.",
        "table_download": "The table could not be read out. Check that the cluster that prepares data runs, then "
        "train again.",
        "cluster_there": "There is no cluster {cluster}. Whoever started the run names another, or sends the data as "
        "a file.",
        "cluster_access_mode": "The cluster that prepares data needs an access mode of Unity Catalog (single user or "
        "shared).",
        "cluster_faulty": "The cluster that prepares data failed. Whoever started the run looks at its log, or "
        "names another.",
        "connect": "The service could not reach the workspace by itself. Train again; if it happens twice, look at "
        "the workspace's network rules.",
        "sql": "The service could not connect to the cluster that prepares data. Train again when it runs.",
        "output_folder": "The run's folder for results was not empty. Train again: a new run gets a new folder.",
        "lower_learning_rate": "Train again with a lower learning rate, for example half of it; then look for "
        "examples that are much longer or of another kind than the rest.",
        "timeout": "The run took longer than the service allows. Train again with fewer epochs or less data.",
    }
}

FIXES_BARE: Mapping[str, Mapping[str, str]] = {
    "en": {
        "more_samples": "Add examples: there are fewer than this model's smallest batch takes. A held-back validation "
        "part counts separately.",
        "example_keys": "Give every line the keys that the task type reads: `messages` for chat, `prompt` and "
        "`response` for instructions.",
        "alternate_roles": "Join or remove messages that follow each other with the same role: user and assistant "
        "have to alternate.",
        "assistant_last": "End every example with a message of the assistant.",
        "two_keys": "Leave only `role` and `content` in every message.",
        "known_roles": "Use only the roles system, user and assistant.",
        "cluster_there": "The cluster that prepares data is not there. Whoever started the run names another, or "
        "sends the data as a file.",
    }
}


def fix(code: str, params: Params, locale: str = "en") -> str:
    """What to change, filled with what the service's words told; "" for a code without a sentence."""
    told = FIXES.get(locale, FIXES["en"]).get(code, "")
    needed = {name for _, name, _, _ in Formatter().parse(told) if name}
    if not needed <= params.keys():
        told = FIXES_BARE.get(locale, FIXES_BARE["en"]).get(code, "")
    return fill(told, params)
