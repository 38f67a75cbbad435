"""Words for serving at Databricks, and for what a training there needs: what happened, what it means, what to do."""

from collections.abc import Mapping

_ADMIN = "Whoever administers the workspace"
_REMOVED = (
    "Databricks announced the end of Foundation Model Fine-tuning for 14 August 2026, and it does not answer here:"
    " it is gone, or it was never offered in this region. Earlier runs, their models and endpoints are still there."
)
_OWNER = "The owner of *{what}*, or an administrator of the metastore,"

SENTENCES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        "requirement_not_fulfillable": (
            "The bot cannot bring this about itself",
            "It takes rights that the bot does not have and should not have.",
            f"{_ADMIN} does it; then train again.",
        ),
    }
}
"""Codes of `providers.databricks` about serving that no other table has."""

REQUIREMENTS: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        "training_removed": (
            "{service} does not train models in this workspace",
            _REMOVED,
            "Train at another connection; models that were trained here can still be deployed and cleaned up.",
        ),
        "volume": (
            "The volume {what} is not there",
            "Training data is put into it before a run starts.",
            "Somebody who may create volumes makes it, or the connection's `volume` is corrected.",
        ),
        "use_catalog": (
            "The bot may not use the catalog {what}",
            "Without {privilege} nothing in it can be read or made.",
            f"{_OWNER} grants it.",
        ),
        "use_schema": (
            "The bot may not use the schema {what}",
            "Without {privilege} nothing in it can be read or made.",
            f"{_OWNER} grants it.",
        ),
        "volume_read": (
            "The bot may not read the volume {what}",
            "A run reads its training data with the bot's rights.",
            f"{_OWNER} grants {{privilege}}.",
        ),
        "volume_write": (
            "The bot may not write to the volume {what}",
            "It puts the training data there.",
            f"{_OWNER} grants {{privilege}}.",
        ),
        "create_model": (
            "The bot may not register models in {what}",
            "A run registers what it has trained there with the bot's rights.",
            f"{_OWNER} grants {{privilege}}.",
        ),
        "model_owner": (
            "The model {what} belongs to somebody else",
            "Only its owner adds a version; that is {owner}.",
            "Choose another suffix, or ask the owner to hand the model over.",
        ),
        "experiment_folder": (
            "The folder {what} for experiments is not there",
            "Each run keeps its measurements in an experiment in this folder of the workspace.",
            f"{_ADMIN} makes it, or the connection's `experiment_folder` is corrected.",
        ),
        "custom_weights": (
            "There is no checkpoint at {what}",
            "A folder with `.distcp` files, a `.pt` or a `.symlink` file is looked for.",
            "Copy the path from the checkpoints of the earlier run.",
        ),
        "custom_weights_form": (
            "This is no path of a checkpoint: {what}",
            "Such a path is `dbfs:/databricks/mlflow-tracking/<experiment>/<run>/artifacts/…`.",
            "Copy it from the checkpoints of the earlier run.",
        ),
        "context_length": (
            "{model} has a context of {maximum} tokens at most",
            "A context length of {chosen} was asked for.",
            "Choose {maximum} or less, or leave the field empty.",
        ),
        "data_form": (
            "The data file has the wrong kind for this method: {what}",
            "This method reads `{wanted}` files.",
            "Choose other data, or the method that fits this data.",
        ),
        "data_file": (
            "The data is not in the volume any more: {what}",
            "Somebody moved or deleted the file since it was sent.",
            "Start the training again with the same data: the bot sends the file anew.",
        ),
        "data_folder": (
            "The folder has no text to train on: {what}",
            "Pretraining reads the `.txt` files of a folder.",
            "Put at least one there, or choose other data.",
        ),
    }
}
"""Requirement id -> words for when it is not met. The lines that grant something are shown below them."""
