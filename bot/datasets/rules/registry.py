"""Every rule there is, in the order in which a page about them would list them."""

from bot.datasets.near import specs as near
from bot.datasets.risk import specs as risk
from bot.datasets.rules import chat, forms_registry
from bot.datasets.rules.base import RuleSpec
from bot.datasets.rules.chat import chat_rules
from bot.datasets.sets import specs as sets
from bot.datasets.study import specs as study

__all__ = ["SPECS", "chat_rules"]

SPECS: tuple[RuleSpec, ...] = (
    *forms_registry.SPECS,
    *chat.SPECS,
    *sets.SPECS,
    *risk.SPECS,
    *near.SPECS,
    *study.SPECS,
)
"""All that can be found, each id once."""
