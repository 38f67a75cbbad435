"""What a creation sends, and how the job that it made is known again (contract 1.2, 1.4)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from providers.azure_openai import hyperparameters
from providers.azure_openai.graders import GraderError, parse_grader, parse_object
from providers.azure_openai.hyperparameters import GRADER, OBJECTS, RESPONSE_FORMAT
from providers.azure_openai.surface import REINFORCEMENT, SUPERVISED, Surface
from providers.azure_openai.wire import WireJob
from providers.base import JobSpec
from providers.clock import from_unix
from providers.errors import Refused

KEY: Final = "tunesmith_key"
LABEL: Final = "tunesmith_job"
REQUESTER: Final = "tunesmith_requester"
LONGEST: Final = 512
"""Characters of a value of `metadata`; of a name 64, and at most 16 pairs."""
SHOWN: Final = 100
"""Characters of a place in a grader that an error tells: its parts are named by whoever wrote it."""


def creation_body(spec: JobSpec, surface: Surface) -> dict[str, Any]:
    """The creation's body, always with our seed.

    `trainingType` stands at the top level on both surfaces and is left out when nobody chose one: the service then
    takes its default, `Standard`. Supervised trainings of the dated surface have their hyperparameters at the top
    level as every version takes them; all others have them in `method`. `metadata` is v1's alone.

    Raises:
        Refused: `grader_invalid` with `where` and `why` of `GraderError`, before anything is sent.
    """
    body: dict[str, Any] = {"model": spec.model, "training_file": spec.training_file, "seed": spec.seed}
    if spec.validation_file:
        body["validation_file"] = spec.validation_file
    if spec.suffix:
        body["suffix"] = spec.suffix
    if spec.training_type:
        body["trainingType"] = spec.training_type
    values = {
        name: hyperparameters.sent(name, value, auto_word=surface.is_v1)
        for name, value in spec.hyperparameters.items()
        if name not in OBJECTS
    }
    if not surface.is_v1 and spec.method == SUPERVISED:
        return {**body, "hyperparameters": values} if values else body
    chosen: dict[str, Any] = {"hyperparameters": values} if values else {}
    if spec.method == REINFORCEMENT:
        chosen = {**objects(spec.hyperparameters), **chosen}
    body["method"] = {"type": spec.method, spec.method: chosen}
    metadata = _metadata(spec) if surface.is_v1 else {}
    return {**body, "metadata": metadata} if metadata else body


def is_made_by(wire: WireJob, spec: JobSpec, earliest: datetime) -> bool:
    """Whether a job that is not older than `earliest` can be what a creation with this spec made.

    One with a key of ours in its metadata tells exactly. The others are told by files, suffix and seed; a job whose
    answer has no seed (older api-versions leave it out) by the rest.
    """
    if from_unix(wire.created_at or 0) < earliest:
        return False
    key = wire.metadata.get(KEY)
    if key is not None:
        return bool(spec.key) and key == spec.key
    return (
        wire.training_file == spec.training_file
        and wire.validation_file == (spec.validation_file or None)
        and (wire.suffix or wire.user_provided_suffix) == (spec.suffix or None)
        and wire.seed in {None, spec.seed}
    )


def _metadata(spec: JobSpec) -> dict[str, str]:
    named = {KEY: spec.key, LABEL: spec.label, REQUESTER: spec.requester}
    return {name: value[:LONGEST] for name, value in named.items() if value}


def objects(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is typed as JSON, as it is sent.

    Raises:
        Refused: `grader_invalid` with `name` of the hyperparameter, and `where` and `why` of `GraderError`.
    """
    found = {GRADER: _read(GRADER, parse_grader, given.get(GRADER, ""))}
    shape = given.get(RESPONSE_FORMAT)
    return {**found, RESPONSE_FORMAT: _read(RESPONSE_FORMAT, parse_object, shape)} if shape else found


def _read(name: str, parse: Callable[[str], dict[str, Any]], text: Any) -> dict[str, Any]:
    try:
        return parse(str(text))
    except GraderError as error:
        params = {"name": name, "where": error.where[:SHOWN] or name, "why": error.why}
        raise Refused("grader_invalid", params) from error
