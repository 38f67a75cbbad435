"""Every rule about files, lines and the forms other than chat, in the order in which a page would list them."""

from bot.datasets.rules import plain, preference, prompt_response, reinforcement, shape, syntax, text, whole
from bot.datasets.rules.base import RuleSpec

SPECS: tuple[RuleSpec, ...] = (
    *whole.SPECS,
    *syntax.SPECS,
    *shape.SPECS,
    *preference.SPECS,
    *reinforcement.SPECS,
    *prompt_response.SPECS,
    *text.SPECS,
    *plain.SPECS,
)
