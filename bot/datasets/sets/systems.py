"""System prompts: whether the examples agree on one."""

from bot.datasets.gathered import KEPT_SYSTEMS, Gathered
from bot.datasets.sets.at import At
from bot.datasets.sets.specs import SYSTEM_PROMPT_MISSING, SYSTEM_PROMPT_VARIES

NONE = 0
"""The key of examples without a system prompt."""

_FEWEST = 10
_USUAL = 0.8


def judge(gathered: Gathered, at: At) -> None:
    """Report examples that deviate from what most do; `first` is the line of the first of them, 0 where not known.

    A prompt is the usual one when eight of ten examples that have any have it. Files in which every example has its
    own (data of an example, put into the system prompt) are left in peace.
    """
    counts = {key: number for key, number in gathered.systems.items() if key != NONE}
    having, without = sum(counts.values()), gathered.systems.get(NONE, 0)
    if having and without:
        at(None)(SYSTEM_PROMPT_MISSING, examples=without, first=gathered.system_lines.get(NONE, 0))
    if having < _FEWEST or len(gathered.systems) >= KEPT_SYSTEMS:
        return
    usual = max(counts, key=counts.__getitem__)
    deviating = having - counts[usual]
    if deviating and counts[usual] >= _USUAL * having:
        lines = [line for key, line in gathered.system_lines.items() if key not in (NONE, usual)]
        first = min(lines, default=0)
        at(None)(SYSTEM_PROMPT_VARIES, examples=deviating, others=len(counts) - 1, first=first)
