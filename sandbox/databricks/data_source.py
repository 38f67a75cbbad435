"""Where a run finds its data: the files behind a path, or the reason why there are none (contract 1)."""

from pathlib import Path

from sandbox.databricks.checking import DataRefusedError
from sandbox.databricks.errors import ApiError
from sandbox.databricks.volumes import Volumes


def files_of(volumes: Volumes, path: str, task: str) -> list[Path]:
    """The bodies of a data set. Raises DataRefusedError."""
    if not path.startswith("dbfs:/"):
        raise _elsewhere(path)
    inside = path.removeprefix("dbfs:")
    try:
        inside = volumes.checked(inside)
    except ApiError as error:
        if error.status == 403:
            raise DataRefusedError("StoragePermissionError", error.message) from error
        raise DataRefusedError("FinetuningFileNotFoundError", f"Could not find the file {path}.") from error
    if task != "CONTINUED_PRETRAIN":
        entry = volumes.file(inside)
        if entry is None:
            raise DataRefusedError("FinetuningFileNotFoundError", f"Could not find the file {path}.")
        return [entry.body]
    if inside.count("/") > 3 and not volumes.is_folder(inside):
        raise _no_texts(path)
    found = [
        entry.body for name, entry in volumes.children(inside) if entry is not None and name.endswith(".txt")
    ]
    if not found:
        raise _no_texts(path)
    return found


def _no_texts(path: str) -> DataRefusedError:
    return DataRefusedError("InputFolderMissingDataError", f"No text files were found at {path}.")


def _elsewhere(path: str) -> DataRefusedError:
    if path.count("/") == 2:
        return DataRefusedError("MisconfiguredHfDatasetError", f"The data set '{path}' could not be loaded.")
    return DataRefusedError("DeltaTableNotFoundError", f"The Delta table {path} could not be found.")
