"""Where the live service is known to differ from its published specification: reviewed, with the source.

`sandbox` sends what the live service sends and `providers` must cope with it, hence these are not errors. Each entry
must be met by the test suite (`tests/sandbox/azure_openai/test_openapi.py`), so that none outlives its reason.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tests.openapi import Problem


@dataclass(frozen=True)
class Deviation:
    """A disagreement that is meant: `where` and `what` are regular expressions over the whole text."""

    key: str
    where: str
    rule: str
    what: str
    reason: str

    def covers(self, problem: Problem) -> bool:
        """Whether a problem is this deviation."""
        return (
            self.rule == problem.rule
            and re.fullmatch(self.where, problem.where) is not None
            and re.fullmatch(self.what, problem.what) is not None
        )


_JOB: Final = r"(data/\d+)?"

AZURE_OPENAI: Final = (
    Deviation(
        "training-type-answer", _JOB, "unevaluatedProperties", "trainingType",
        "jobs carry trainingType, which no OpenAPI file names (contracts/azure_openai.md 1.4, 1.5: observed)",
    ),
    Deviation(
        "training-type-request", "request", "unevaluatedProperties", "trainingType",
        "global-only models need trainingType in the request, which no OpenAPI file names (1.4)",
    ),
    Deviation(
        "pause-states", rf"{_JOB}/?status", "enum", "pausing|paused|resuming",
        "a job paused through a later version or the portal shows these states in earlier versions too (1.5)",
    ),
    Deviation(
        "unknown-status", rf"{_JOB}/?status", "enum", "waiting_for_capacity",
        "the enumeration is extensible (modelAsString); words that nobody has listed must be survived (1.5)",
    ),
    Deviation(
        "gateway-code", "error/code", "enum", "401|404",
        "the gateway answers before the service, with the status as the code (1.8)",
    ),
    Deviation(
        "gateway-flat-body", "", "required", "error",
        "the gateway's 401 for tokens is flat: statusCode, message (1.8)",
    ),
    Deviation(
        "gateway-flat-fields", "", "unevaluatedProperties", "message,statusCode",
        "the gateway's 401 for tokens is flat: statusCode, message (1.8)",
    ),
)  # fmt: skip


def unexpected(problems: Iterable[Problem], deviations: Iterable[Deviation] = AZURE_OPENAI) -> list[Problem]:
    """The problems that no deviation covers."""
    known = tuple(deviations)
    return [problem for problem in problems if not any(deviation.covers(problem) for deviation in known)]


def met(problems: Iterable[Problem], deviations: Iterable[Deviation] = AZURE_OPENAI) -> set[str]:
    """The keys of the deviations that these problems are."""
    found = list(problems)
    return {deviation.key for deviation in deviations if any(map(deviation.covers, found))}
