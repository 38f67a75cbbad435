"""Every rule there is, in the order in which a page about them would list them."""

from bot.datasets.rules import shape, syntax, whole
from bot.datasets.rules.base import Rule, RuleSpec
from bot.datasets.rules.content import CONTENT
from bot.datasets.rules.keys import KEYS
from bot.datasets.rules.roles import ROLE_RULES
from bot.datasets.rules.weights import WEIGHTS

CHAT_RULES: tuple[Rule, ...] = (KEYS, ROLE_RULES, CONTENT, WEIGHTS)
"""What is asked of each example of a chat file."""

SPECS: tuple[RuleSpec, ...] = (
    *whole.SPECS,
    *syntax.SPECS,
    *shape.SPECS,
    *(spec for rule in CHAT_RULES for spec in rule.specs),
)
"""All that can be found, each id once."""
