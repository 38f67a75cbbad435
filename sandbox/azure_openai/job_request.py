"""Reading a request to create a job and refusing what the service refuses (contract 1.4)."""

import re
from typing import Any, Final

from sandbox.azure_openai import refusals
from sandbox.azure_openai.catalogue import STANDARD, training_type
from sandbox.azure_openai.files import Files
from sandbox.azure_openai.jobs import JobRequest
from sandbox.azure_openai.method_request import read_metadata, read_method
from sandbox.azure_openai.tuned_models import ModelSource, TunedModels
from sandbox.azure_openai.versions import ApiVersion
from sandbox.clock import Clock

DEFAULT_MULTIPLIER: Final = 0.1
_SUFFIX: Final = re.compile(r"[A-Za-z0-9_-]+")
_INT32: Final = 2**31


class JobRequests:
    """Checks bodies against the files and models of one resource."""

    def __init__(self, clock: Clock, files: Files, models: TunedModels) -> None:
        self._clock = clock
        self._files = files
        self._models = models

    def read(self, body: dict[str, Any], version: ApiVersion) -> JobRequest:
        """The request in typed form. Raises ServiceError."""
        model, training_file = (_text(body, name) for name in ("model", "training_file"))
        if model is None or training_file is None:
            raise refusals.missing("model" if model is None else "training_file")
        hyper, method = read_method(body, version)
        suffix, longest = _text(body, "suffix"), version.longest_suffix
        if suffix is not None and (len(suffix) > longest or not _SUFFIX.fullmatch(suffix)):
            raise refusals.out_of_range("suffix", f"up to {longest} characters (a-z, A-Z, 0-9, - and _)")
        seed = _integer(body.get("seed"), "seed", 0, _INT32 - 1) if version.seed else None
        source, kind = self._source(model, body.get("trainingType"), method.type)
        validation_file = _text(body, "validation_file")
        for name, file_id in (("training_file", training_file), ("validation_file", validation_file)):
            if file_id is not None:
                self._check_file(name, file_id)
        auto = bool(version.methods)
        multiplier = _number(hyper.get("learning_rate_multiplier"), auto)
        return JobRequest(
            model=model,
            base=source.base,
            start=source.weights,
            training_file=training_file,
            validation_file=validation_file,
            n_epochs=_decided(hyper.get("n_epochs"), "n_epochs", 50, auto),
            batch_size=_decided(hyper.get("batch_size"), "batch_size", 256, auto),
            learning_rate_multiplier=DEFAULT_MULTIPLIER if multiplier is None else multiplier,
            suffix=suffix,
            seed=seed,
            training_type=kind,
            training_type_sent=body.get("trainingType"),
            method=method,
            metadata=read_metadata(body, version),
        )

    def _source(self, model: str, sent: object, method: str) -> tuple[ModelSource, str]:
        """The model to start from and the training type. Raises ServiceError."""
        kind = STANDARD if sent is None else training_type(sent)
        if kind is None:
            raise refusals.unsupported("trainingType", sent)
        source = self._models.source(model)
        if source is None:
            raise refusals.unknown_item("model", model)
        base = source.base
        if not base.trainable(self._clock.now()) or (source.weights is not None and not base.openai):
            raise refusals.not_trainable(model)
        if method not in base.training:
            raise refusals.wrong_method(model, base.methods[0])
        if kind not in base.training[method]:
            raise refusals.wrong_training_type(model, kind)
        return source, kind

    def _check_file(self, name: str, file_id: str) -> None:
        file = self._files.find(file_id)
        if file is None:
            raise refusals.unknown_item(name, file_id)
        if file.purpose != "fine-tune":
            raise refusals.wrong_purpose(name, file_id, file.purpose)
        if file.status == "error":
            raise refusals.file_failed(name, file_id)
        if file.status != "processed":
            raise refusals.file_not_processed(name, file_id)


def _text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        raise refusals.missing(name)
    return value


def _integer(value: Any, name: str, low: int, high: int) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise refusals.out_of_range(name, f"a whole number from {low} to {high}")
    return value


def _decided(value: Any, name: str, high: int, auto: bool) -> int:
    """A whole number from 1, or -1 (in some versions "auto") for the service's choice."""
    if value is None or (value == -1 and not isinstance(value, bool)) or (auto and value == "auto"):
        return -1
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= high:
        raise refusals.out_of_range(name, f"-1 or a whole number from 1 to {high}")
    return value


def _number(value: Any, auto: bool) -> float | None:
    if value is None or (value == -1 and not isinstance(value, bool)) or (auto and value == "auto"):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 10:
        raise refusals.out_of_range("learning_rate_multiplier", "greater than 0 and at most 10")
    return float(value)
