"""Bytes and JSON of a line: what no later rule can say anything about."""

from bot.datasets.rules.base import RuleSpec

_ANY_PARSER = "RFC 8259; every service parses each line as JSON (contract 1.3)"
_UTF8 = "Azure OpenAI, customize a model: files are UTF-8 (contract 1.3)"
_REFUSED = (
    "The service cannot read the line and refuses the whole file, often hours later and without its number."
)

ENCODING_INVALID = RuleSpec(
    "encoding_invalid",
    "error",
    f"RFC 3629; {_UTF8}; Together check_file (anchors B.2)",
    ("byte", "offset", "column", "kind"),
    why="The service refuses bytes that are not UTF-8, or learns garbled letters.",
)
LINE_BLANK = RuleSpec(
    "line_blank",
    "warning",
    "JSON Lines: each line is a value (anchors B.2)",
    why="Some readers stop at a blank line or refuse the file, others skip it and count their lines differently.",
    repair="blank_lines",
)
LINE_TOO_LONG = RuleSpec(
    "line_too_long",
    "error",
    "no model takes an example of that size (contract 1.11)",
    ("bytes", "limit"),
    why="It is far longer than any model reads, so it would be cut off or refused.",
)
JSON_TRUNCATED = RuleSpec("json_truncated", "error", _ANY_PARSER, ("column",), why=_REFUSED)
JSON_SYNTAX = RuleSpec("json_syntax", "error", _ANY_PARSER, ("column", "reason"), why=_REFUSED)
JSON_TRAILING_COMMA = RuleSpec(
    "json_trailing_comma", "error", _ANY_PARSER, ("column",), why=_REFUSED, repair="trailing_comma"
)
JSON_SMART_QUOTES = RuleSpec(
    "json_smart_quotes", "error", _ANY_PARSER, ("column",), why=_REFUSED, repair="smart_quotes"
)
JSON_BYTE_ORDER_MARK = RuleSpec(
    "json_byte_order_mark",
    "error",
    "RFC 8259, section 8.1: no mark inside; a mark at the start of the file is cut before parsing",
    ("column",),
    why="Joined files leave marks in the middle, and a line that begins with one is no JSON.",
    repair="byte_order_mark",
)
JSON_NESTING = RuleSpec(
    "json_nesting",
    "error",
    "RFC 8259, section 9: parsers may limit the depth; most do (contracts/perf.md 3)",
    ("limit",),
    why="Parsers refuse deep nesting, or crash on it.",
)
JSON_NUMBER = RuleSpec(
    "json_number",
    "error",
    "RFC 8259, section 6: NaN and Infinity are no numbers (contracts/perf.md 3)",
    ("number",),
    why="Strict parsers refuse the line; others turn the number into null or infinity.",
)
JSON_SURROGATE = RuleSpec(
    "json_surrogate",
    "error",
    "RFC 8259, section 8.2: half a pair has no meaning (contracts/perf.md 3)",
    why="Half a character cannot be written as UTF-8, so the service refuses it or learns a replacement character.",
)
JSON_DUPLICATE_KEY = RuleSpec(
    "json_duplicate_key",
    "error",
    "RFC 8259, section 4: names should be unique (anchors B.2)",
    ("key",),
    why="Readers differ in which of the two values they keep, so what is learned is a matter of luck.",
)

SPECS = (
    ENCODING_INVALID,
    LINE_BLANK,
    LINE_TOO_LONG,
    JSON_TRUNCATED,
    JSON_SYNTAX,
    JSON_TRAILING_COMMA,
    JSON_SMART_QUOTES,
    JSON_BYTE_ORDER_MARK,
    JSON_NESTING,
    JSON_NUMBER,
    JSON_SURROGATE,
    JSON_DUPLICATE_KEY,
)

REASONS = (
    "no_json",
    "missing_value",
    "missing_key",
    "missing_colon",
    "missing_comma",
    "open_quote",
    "single_quotes",
    "python_word",
    "comment",
    "control_character",
    "zero_byte",
    "odd_space",
    "bad_escape",
    "second_object",
    "lone_return",
    "comma_behind",
    "extra_text",
)
"""Values of `reason` in `json_syntax`."""

KINDS = ("overlong", "surrogate", "beyond", "never", "cut", "single_byte")
"""Values of `kind` in `encoding_invalid`."""
