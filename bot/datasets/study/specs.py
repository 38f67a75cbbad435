"""What the second pass can find beside near duplicates and overlap."""

from bot.datasets.near import specs as near
from bot.datasets.rules.base import RuleSpec
from bot.datasets.sets.specs import LANGUAGES_MIXED

EXAMPLE_OVER_LIMIT = RuleSpec(
    "example_over_limit",
    "warning",
    "OpenAI cookbook, data preparation: examples over the limit are cut off (anchors B.2); Databricks: "
    "context_length (contract databricks 7)",
    ("tokens", "most", "counted"),
    "What stands behind the limit is cut off, often the answer that the model should learn.",
)
IMAGES_NOT_COUNTED = RuleSpec(
    "images_not_counted",
    "hint",
    "bound of this checker: bot/datasets/study/texts.py",
    ("images", "examples"),
    "The service counts tokens for images too, so the training costs more than the texts alone.",
)

SPECS = (EXAMPLE_OVER_LIMIT, IMAGES_NOT_COUNTED)
"""Those of this part, beside `bot.datasets.near.specs`."""
SECOND_PASS = (*SPECS, *near.SPECS, LANGUAGES_MIXED)
"""All that only a second pass finds."""
