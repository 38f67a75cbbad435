"""What a connection to Azure AI Studio can do (contract 2, 10)."""

from typing import Final

from providers.base import Capabilities, Limits, NameRule, SuffixRule

MIB: Final = 1024 * 1024
METHODS: Final = ("supervised", "completion")
TASKS: Final = {"supervised": "ChatCompletion", "completion": "TextCompletion"}
"""`taskType` by method."""

# The registration replaces every other character by `-`; a job's key and the name's limit of 255 leave ample room.
SUFFIX: Final = SuffixRule(pattern=r"^[A-Za-z0-9-]+$", maximum=64, advised=64)

# Files below 512 MB; no minimum of examples is documented (contract 10).
LIMITS: Final = Limits(file_bytes=512 * MIB - 1, min_examples=1)


def capabilities(deployment_name: NameRule | None) -> Capabilities:
    """The same for every workspace; `deployment_name` is what an endpoint may be called."""
    return Capabilities(
        pause=False,
        cancel=True,
        seed=False,
        validation=True,
        suffix=SUFFIX,
        byte_order_mark=True,
        live_points=True,
        training_types=(),
        methods=METHODS,
        limits=LIMITS,
        deployment_name=deployment_name,
        resubmit=True,
        deploys_once=True,  # contract 4: per project
        sparse_points=True,
        split_validation=True,
        holds_back=True,
    )
