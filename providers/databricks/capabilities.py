"""What a connection to a workspace can do (contract 1, 5)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from providers.base import Capabilities, Limits, NameRule, SuffixRule

TASKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "supervised": "CHAT_COMPLETION",
        "instruction": "INSTRUCTION_FINETUNE",
        "pretraining": "CONTINUED_PRETRAIN",
    }
)
"""Our method -> the service's task type."""
METHODS: Final[Mapping[str, str]] = MappingProxyType({task: method for method, task in TASKS.items()})

# The last part of a registered model's name. Unity Catalog takes more characters in quotes; those would have to be
# quoted in every grant and every query.
SUFFIX: Final = SuffixRule(pattern=r"^[A-Za-z0-9_-]+$", maximum=100, advised=60)
# Contract 5: an endpoint's name.
DEPLOYMENT_NAME: Final = NameRule(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", minimum=1, maximum=63)
GIBIBYTE: Final = 1024**3
LIMITS: Final = Limits(file_bytes=5 * GIBIBYTE)
"""The Files API takes 5 GiB in one piece (contract 2); limits of runs are not documented (contract 11)."""


def capabilities(*, gone: bool) -> Capabilities:
    """Capabilities; `gone` = the service does not train here any more."""
    return Capabilities(
        pause=False,
        cancel=not gone,
        seed=False,
        validation=True,
        suffix=SUFFIX,
        byte_order_mark=False,
        live_points=True,
        training_types=(),
        methods=tuple(TASKS),
        limits=LIMITS,
        deployment_name=DEPLOYMENT_NAME,
        training=not gone,
        notice="training_removed" if gone else "",
        split_validation=True,
    )
