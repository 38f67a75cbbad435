"""What the application refuses or cannot do, in one tree that handlers catch at its root.

    BotError
    ├── Denied          the person may not do this
    ├── NotThere        no such job, dataset, connection, checkpoint
    ├── Invalid         what was asked is not possible as asked; `field` names the input
    ├── WrongState      not now: the thing's state does not allow it
    ├── FileProblem     a file in Slack cannot be read or used
    ├── ServiceSays     a provider error, translated at the door
    └── ChatError       Slack itself
        ├── ChatRefused      it said no (code is Slack's)
        ├── ChatThrottled    later
        ├── ChatUnavailable  not done
        └── ChatUnknown      sent, no answer

Codes are worded in `handlers/wording`; parameters are plain values without secrets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from providers.errors import ProviderError, ServiceAnswer


@dataclass(eq=False)
class BotError(Exception):
    """Root: a code and what its sentence needs."""

    code: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)

    def __str__(self) -> str:
        """Code and parameters for a log line."""
        return f"{self.code}({', '.join(f'{name}={value}' for name, value in self.params.items())})"


class Denied(BotError):
    """The person may not do this.

    Codes: `guest`, `foreign_team`, `not_trainer`, `not_owner`; about requests `not_approver`, `approvers_unreadable`,
    `not_glass`, `not_requester`.
    """


class NotThere(BotError):
    """Codes: `job`, `dataset`, `connection`, `model`, `no_jobs` with `given`."""


@dataclass(eq=False)
class Invalid(BotError):
    """What was asked is not possible as asked; `field` is the name of the input, empty for the whole."""

    field: str = ""


class WrongState(BotError):
    """Not now. Codes: `job_state` with `action`, `state`; `dataset_state`; `service_cannot` with `action`."""


class FileProblem(BotError):
    """A file in Slack cannot be read or used.

    Codes: `login_page`, `external`, `tombstone`, `hidden_by_limit`, `not_visible`, `too_large`, `host_refused`,
    `empty`, `no_file`, `gone`; `awaiting_check` and `access_denied` (Slack Connect), `file_forbidden` with `status`,
    `redirected` with `host`, `ended_early`, `size_differs` and `larger_than_said` with sizes, `source_changed`.
    Of data from elsewhere: `staged_gone`, `blob_changed`, `blob_cut`, `blob_replaced`, `storage_none`,
    `storage_unknown`; of what is made from it: `origin_gone`, `findings_gone`, `too_large_to_give`, `share_dropped`.
    """


@dataclass(eq=False)
class ServiceSays(BotError):
    """A provider's refusal with the service's own words."""

    answer: ServiceAnswer = field(default_factory=ServiceAnswer)


def translated(error: ProviderError) -> ServiceSays:
    """The bot's form of a provider error: same code and parameters."""
    return ServiceSays(error.code, dict(error.params), answer=error.answer)


class ChatError(BotError):
    """Slack did not do it."""


class ChatRefused(ChatError):
    """Slack said no; asking again changes nothing. `code` is Slack's."""


@dataclass(eq=False)
class ChatThrottled(ChatError):
    """Not done; Slack asks to come after `retry_after` seconds."""

    retry_after: float = 1.0


class ChatUnavailable(ChatError):
    """Not done: Slack is down or not reachable."""


class ChatUnknown(ChatError):
    """Sent, and no answer came."""
