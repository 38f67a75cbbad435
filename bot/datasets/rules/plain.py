"""A file of plain text, which is trained on as it stands."""

from bot.datasets.rules.base import RuleSpec

_SOURCE = "Databricks, continued pre-training: a folder of .txt files in UTF-8 (contracts/databricks.md 6)"
FEW_TOKENS = 1_500_000
"""Tokens from which continued pre-training is advised."""
SMALL_FILE, LARGE_FILE = 60_000_000, 256_000_000
"""Bytes that a file of a larger collection should have at least and at most."""

ZERO_BYTE = RuleSpec(
    "plain_zero_byte",
    "error",
    _SOURCE,
    why="No text holds such a byte: the file is damaged, or was made by a program that writes no text.",
)
UNDER_CONTEXT = RuleSpec(
    "plain_under_context",
    "hint",
    "Databricks, data size for training: at least one full context of tokens (contracts/databricks.md 6)",
    ("tokens", "context"),
    why="The text does not fill one training sequence, so the model learns next to nothing.",
)
LITTLE = RuleSpec(
    "plain_little",
    "hint",
    "Databricks, continued pre-training: 1.5 million tokens or more (contracts/databricks.md 6)",
    ("tokens", "advised"),
    why="With less than this the model is likely to repeat the text, and to learn little from it.",
)
FILE_SIZE = RuleSpec(
    "plain_file_size",
    "hint",
    "Databricks, continued pre-training: files of 60 to 256 MB (contracts/databricks.md 6)",
    ("bytes",),
    why="Many small files and few huge ones are both prepared slowly.",
)

SPECS = (ZERO_BYTE, UNDER_CONTEXT, LITTLE, FILE_SIZE)
