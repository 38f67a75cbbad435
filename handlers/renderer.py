"""Facts to messages: what `bot` is given as its `bot.chat.Renderer`."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from bot.chat import Rendered
from bot.facts import notices
from bot.facts.datasets import DatasetFacts
from bot.facts.forms import HomeFacts
from bot.facts.jobs import JobFacts
from bot.facts.notices import Notice
from handlers.blocks import dataset_card, home, job_card, job_notices, other_notices

BUILDERS: Final[Mapping[type[Notice], Callable[[Any, str], Rendered]]] = MappingProxyType(
    {
        notices.JobMoved: job_notices.moved,
        notices.JobPendingLong: job_notices.pending_long,
        notices.JobSucceeded: job_notices.succeeded,
        notices.JobFailed: job_notices.failed,
        notices.JobCancelled: job_notices.cancelled,
        notices.JobUncertain: job_notices.uncertain,
        notices.ControlFailed: job_notices.control_failed,
        notices.CopyFailed: other_notices.copy_failed,
        notices.IntakeFailed: other_notices.intake_failed,
        notices.TaskParked: other_notices.task_parked,
    }
)


class Renderer:
    """Builds every message that the outbox, the live cards and the Home tab need. Holds nothing."""

    def message(self, notice: Notice, locale: str) -> Rendered:
        """A message that is sent once. `KeyError` for a kind of notice that has no words yet."""
        return BUILDERS[type(notice)](notice, locale)

    def job_card(self, facts: JobFacts, locale: str) -> Rendered:
        """The card of a job, edited in place."""
        return job_card.build(facts, locale)

    def dataset_card(self, facts: DatasetFacts, locale: str) -> Rendered:
        """The card of a dataset in its owner's direct messages."""
        return dataset_card.build(facts, locale)

    def home(self, facts: HomeFacts, locale: str) -> Mapping[str, object]:
        """The Home tab's view."""
        return home.build(facts, locale)
