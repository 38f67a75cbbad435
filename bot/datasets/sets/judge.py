"""Judges the set at the end of the first pass."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.datasets.file_facts import FileFacts
from bot.datasets.gathered import Gathered
from bot.datasets.sets import duplicates, scenario, systems
from bot.datasets.sets.at import At, Reread
from bot.datasets.sets.specs import FEW_EXAMPLES, SET_NOT_COMPARED

ADVISED = 50
"""Examples from which fine-tuning usually shows (OpenAI's guide)."""


@dataclass(frozen=True, slots=True)
class SetFacts:
    """Statistics of the set.

    Attributes:
        compared: examples that were compared. `duplicates`: those that repeat an earlier one.
        conflicts: other answers to a prompt that was answered before.
        systems: different system prompts. `without_system`: examples that have none.
        turns: examples by number of messages. `roles`: messages per role.
    """

    compared: int
    duplicates: int
    conflicts: int
    systems: int
    without_system: int
    turns: Mapping[int, int]
    roles: Mapping[str, int]


def judge_set(
    gathered: Gathered,
    facts: FileFacts,
    at: At,
    reread: Reread | None = None,
    *,
    minimum: int = 10,
) -> SetFacts:
    """Report what is wrong with the examples as a set, all but their languages (`languages.judge_languages`).

    Takes time in proportion to n log n for n kept examples, and the memory of about four arrays of 8 bytes each.

    Args:
        gathered: what the pass kept.
        facts: of the file; its form and number of examples are used.
        at: takes findings down for a line, or for the file as a whole.
        reread: gives lines again from the disk, so that the findings that are shown are verified; None while the
            file streams by. Then equal hashes of 64 bits are taken for equal texts, which among two million examples
            is wrong with a probability of about one in nine million.
        minimum: fewest examples that the service takes; below it `few_examples` says nothing new.
    """
    kept = len(gathered.lines)
    repeated, conflicting = duplicates.judge(gathered, facts.form, at, reread)
    systems.judge(gathered, at)
    scenario.judge(gathered.sample, facts.form, at)
    if minimum <= facts.examples < ADVISED:
        at(None)(FEW_EXAMPLES, examples=facts.examples, advised=ADVISED)
    if kept and kept < facts.examples:
        at(None)(SET_NOT_COMPARED, compared=kept)
    return SetFacts(
        compared=kept,
        duplicates=repeated,
        conflicts=conflicting,
        systems=sum(key != systems.NONE for key in gathered.systems),
        without_system=gathered.systems.get(systems.NONE, 0),
        turns=dict(gathered.turns),
        roles=dict(gathered.roles),
    )
