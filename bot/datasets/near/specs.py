"""What the comparison of texts can find."""

from bot.datasets.rules.base import RuleSpec

NEAR_DUPLICATE = RuleSpec(
    "near_duplicate",
    "hint",
    "anchors B.2, data set; Lee and others 2022, Deduplicating training data makes language models better",
    ("first", "likeness"),
    "What is said many times in almost the same words weighs more than the rest, and is learned by heart.",
)
NEAR_NOT_LOOKED = RuleSpec(
    "near_not_looked",
    "hint",
    "bound of this checker: bot/datasets/near/sketches.py",
    ("compared",),
    "Near duplicates behind this line are not told; the memory of the comparison is bounded.",
)
VALIDATION_OVERLAP = RuleSpec(
    "validation_overlap",
    "warning",
    "anchors B.2, data set: train and validation overlap",
    ("train",),
    "A model that is tested on what it was trained on looks better than it is.",
)
VALIDATION_NEAR_OVERLAP = RuleSpec(
    "validation_near_overlap",
    "hint",
    "anchors B.2, data set: train and validation overlap",
    ("train", "likeness"),
    "The model has seen almost this example, so it tests memory more than skill.",
)

SPECS = (NEAR_DUPLICATE, NEAR_NOT_LOOKED, VALIDATION_OVERLAP, VALIDATION_NEAR_OVERLAP)
