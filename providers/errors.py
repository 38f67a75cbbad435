"""What can go wrong at a service, in one tree.

    ProviderError
    ├── Refused          the service understood and said no; asking again changes nothing
    │   ├── NotFound
    │   ├── Conflict
    │   ├── Unauthorised
    │   └── OverQuota
    ├── Throttled        not done; may be asked again after `retry_after`
    ├── Unavailable      not done (or harmless to repeat); may be asked again
    ├── OutcomeUnknown   sent, and nobody knows whether it was done: look before asking again
    └── Unsupported      this service, surface or model cannot do that

Errors carry a code and parameters. Sentences are made in `handlers/wording`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAnswer:
    """What the service itself said, kept for the person and for support.

    Attributes:
        status: HTTP status; None when no answer came.
        code: the service's own error code, for example `invalidPayload`; empty when it sent none.
        message: the service's own words with secrets taken out.
        request_id: what the service's support asks for (`apim-request-id`, `x-request-id`).
    """

    status: int | None = None
    code: str = ""
    message: str = ""
    request_id: str = ""


@dataclass(eq=False)
class ProviderError(Exception):
    """Root of everything that a provider raises.

    Attributes:
        code: stable word of ours, for example `model_not_trainable`; `handlers/wording` knows it.
        params: what the sentence needs (names, numbers), free of secrets.
        answer: the service's own words.
    """

    code: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)
    answer: ServiceAnswer = field(default_factory=ServiceAnswer)

    def __str__(self) -> str:
        """Code, parameters and status for a log line; never the body."""
        shown = ", ".join(f"{name}={value}" for name, value in self.params.items())
        status = f" [{self.answer.status} {self.answer.code}]" if self.answer.status else ""
        return f"{self.code}({shown}){status}"


class Refused(ProviderError):
    """The service understood the request and refuses it."""


class NotFound(Refused):
    """What was asked for is not there (any more)."""


class Conflict(Refused):
    """It exists already, or is in a state that does not allow this."""


class Unauthorised(Refused):
    """Key, token or role does not suffice."""


class OverQuota(Refused):
    """A limit of the resource or subscription is reached."""


@dataclass(eq=False)
class Throttled(ProviderError):
    """The service asks to come later. `retry_after` is in seconds; None when it did not say."""

    retry_after: float | None = None


class Unavailable(ProviderError):
    """The service or the way to it is down; nothing was done, or repeating is harmless."""


class OutcomeUnknown(ProviderError):
    """The request was sent and no answer came: it may or may not have been carried out."""


class Unsupported(ProviderError):
    """The service, its surface or the model has no such thing."""
