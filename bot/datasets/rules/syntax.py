"""Bytes and JSON of a line: what no later rule can say anything about."""

from bot.datasets.rules.base import RuleSpec

_ANY_PARSER = "every service parses each line as JSON (contract 1.3)"

ENCODING_INVALID = RuleSpec(
    "encoding_invalid", "error", "files are UTF-8 (contract 1.3)", ("byte", "offset", "column")
)
LINE_BLANK = RuleSpec("line_blank", "warning", "a line without JSON; some readers stop at it (anchors B.2)")
LINE_TOO_LONG = RuleSpec(
    "line_too_long", "error", "no model takes an example of that size", ("bytes", "limit")
)
JSON_TRUNCATED = RuleSpec("json_truncated", "error", _ANY_PARSER, ("column",))
JSON_SYNTAX = RuleSpec("json_syntax", "error", _ANY_PARSER, ("column", "reason"))
JSON_NESTING = RuleSpec("json_nesting", "error", "parsers refuse deep nesting (perf 3)", ("limit",))
JSON_NUMBER = RuleSpec(
    "json_number", "error", "NaN, Infinity and huge numbers are not JSON (perf 3)", ("number",)
)
JSON_SURROGATE = RuleSpec("json_surrogate", "error", "half a character cannot be written as UTF-8 (perf 3)")
JSON_DUPLICATE_KEY = RuleSpec(
    "json_duplicate_key", "error", "readers differ in which value they keep (anchors B.2)", ("key",)
)

SPECS = (
    ENCODING_INVALID,
    LINE_BLANK,
    LINE_TOO_LONG,
    JSON_TRUNCATED,
    JSON_SYNTAX,
    JSON_NESTING,
    JSON_NUMBER,
    JSON_SURROGATE,
    JSON_DUPLICATE_KEY,
)

REASONS = (
    "missing_value",
    "missing_key",
    "missing_colon",
    "missing_comma",
    "trailing_comma",
    "single_quotes",
    "smart_quotes",
    "python_word",
    "control_character",
    "bad_escape",
    "second_object",
    "extra_text",
    "byte_order_mark",
)
"""Values of `reason` in `json_syntax`."""
