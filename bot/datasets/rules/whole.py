"""The file as a whole."""

from bot.datasets.rules.base import RuleSpec

FILE_EMPTY = RuleSpec("file_empty", "error", "there is nothing to train on")
FILE_TOO_LARGE = RuleSpec("file_too_large", "error", "the service's limit (contract 1.3)", ("bytes", "limit"))
FILE_FORMAT = RuleSpec("file_format", "error", "JSON Lines only (contract 1.3)", ("format",))
ENCODING_UTF16 = RuleSpec("encoding_utf16", "error", "files are UTF-8 (contract 1.3)", ("encoding",))
TOO_FEW_EXAMPLES = RuleSpec(
    "too_few_examples", "error", "the service's minimum (contract 1.3)", ("examples", "minimum")
)
FORMAT_MIXED = RuleSpec(
    "format_mixed", "error", "one form through the file (anchors B.2)", ("examples", "others", "format")
)

SPECS = (FILE_EMPTY, FILE_TOO_LARGE, FILE_FORMAT, ENCODING_UTF16, TOO_FEW_EXAMPLES, FORMAT_MIXED)
