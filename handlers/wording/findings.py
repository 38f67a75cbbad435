"""What the checker found, in words: what is wrong, and what to do about it.

A message goes on where a place left off ("Line 88 `messages[2].content` is empty"), so it has no full stop; the remedy
follows after a colon. Every rule of `bot.datasets.rules.registry` has its words here, which a test proves.
"""

import difflib
from collections.abc import Mapping
from typing import NamedTuple

from bot.datasets.rules.keys import EXAMPLE_KEYS, MESSAGE_KEYS
from bot.datasets.rules.roles import ROLES


class FindingText(NamedTuple):
    """What is wrong, and what to do."""

    message: str
    remedy: str


class _Words(NamedTuple):
    """Words of a rule.

    Attributes:
        message: `{subject}` is the JSON path where there is one, else `subject`; other names are parameters.
        many: the message for several lines, where the lines themselves are what it is about ("17 lines are blank").
    """

    message: str
    remedy: str
    subject: str = "the line"
    many: str = ""


_FORMATS = {
    "json_array": "one JSON list",
    "json_pretty": "JSON objects spread over several lines",
    "csv": "a table with separators (CSV)",
    "tsv": "a table with tabs (TSV)",
    "plain_text": "plain text",
    "html": "a web page (HTML)",
    "xml": "XML",
    "xlsx": "an Excel workbook",
    "docx": "a Word document",
    "zip": "a zip archive",
    "gzip": "compressed with gzip",
    "zstandard": "compressed with zstandard",
    "bzip2": "compressed with bzip2",
    "xz": "compressed with xz",
    "seven_zip": "a 7-Zip archive",
    "pdf": "a PDF",
    "parquet": "a Parquet file",
    "arrow": "an Arrow file",
    "sqlite": "an SQLite database",
    "image": "a picture",
    "rtf": "a rich-text document (RTF)",
    "binary": "a binary file",
}
_FORMAT_REMEDIES = {
    "json_array": "write each element on a line of its own, without the brackets and commas between",
    "json_pretty": "write each object on one line",
    "html": "this is often a login page that was saved instead of the file: download it again",
    "zip": "unpack it and send the .jsonl file inside",
    "gzip": "unpack it and send the .jsonl file",
    "zstandard": "unpack it and send the .jsonl file",
    "bzip2": "unpack it and send the .jsonl file",
    "xz": "unpack it and send the .jsonl file",
    "seven_zip": "unpack it and send the .jsonl file inside",
}
_REASONS = {
    "missing_value": "a value is missing",
    "missing_key": "a key in double quotes is missing",
    "missing_colon": "a colon is missing",
    "missing_comma": "a comma is missing, or a double quote inside a text is not escaped",
    "trailing_comma": "there is a comma too many before the bracket",
    "single_quotes": "there are single quotes where JSON has double ones",
    "smart_quotes": "there are curly quotes where JSON has straight ones",
    "python_word": "True, False or None is Python; JSON writes true, false, null",
    "control_character": "there is a line break or other control character inside a text",
    "bad_escape": "a backslash stands before a letter that cannot follow one",
    "second_object": "a second object begins on the same line",
    "extra_text": "there is text behind the object",
    "byte_order_mark": "there is a byte-order mark, as happens when files are joined",
}
_OTHER_FORMS = {
    "preference": "a preference example (for DPO)",
    "prompt_completion": "a `prompt` and `completion` pair",
    "prompt_response": "a `prompt` and `response` pair",
    "instruction": "an `instruction` and `output` pair",
    "conversations": "a ShareGPT conversation (`conversations`)",
    "contents": "a Gemini conversation (`contents`)",
    "text": "plain text (`text`)",
}
_TYPES = {
    "object": "an object",
    "list": "a list",
    "string": "a text",
    "boolean": "true or false",
    "number": "a number",
    "null": "null",
}
_NAMES = {
    "file_format": _FORMATS,
    "json_syntax": _REASONS,
    "format_other": _OTHER_FORMS,
    "format_mixed": _OTHER_FORMS,
}
_WORDS_OF_SYNTAX = "write the line with a JSON library, not by hand"

WORDS: Mapping[str, _Words] = {
    "file_empty": _Words("the file is empty", "export it again"),
    "file_too_large": _Words(
        "the file has {bytes}, the service takes {limit} at most", "split it, or leave out examples"
    ),
    "file_format": _Words("the file is {name}, not JSON Lines", "{remedy}"),
    "encoding_utf16": _Words("the file is written in {encoding}", "save it as UTF-8"),
    "too_few_examples": _Words(
        "the file has {examples} of the {minimum} examples that the service asks for at least",
        "add examples",
    ),
    "format_mixed": _Words(
        "the file mixes forms: {chat_examples}, and in {other_lines} {name}",
        "write all lines in the chat form",
    ),
    "encoding_invalid": _Words(
        "is not UTF-8: byte {byte} at column {column} (byte {offset} of the file)",
        "save the file as UTF-8",
        many="are not UTF-8, the first at column {column}",
    ),
    "line_blank": _Words("is blank", "leave no blank lines", many="are blank"),
    "line_too_long": _Words(
        "has {bytes}, more than any model takes ({limit})",
        "split or drop the example",
        many="have more than any model takes ({limit})",
    ),
    "json_truncated": _Words(
        "ends in the middle of the JSON, at column {column}",
        "export again",
        many="end in the middle of the JSON",
    ),
    "json_syntax": _Words(
        "is not JSON: at column {column} {name}",
        _WORDS_OF_SYNTAX,
        many="are not JSON; in the first, at column {column}, {name}",
    ),
    "json_nesting": _Words(
        "is nested more than {limit} levels deep",
        "make it flatter",
        many="are nested more than {limit} levels deep",
    ),
    "json_number": _Words(
        "has {number}, which JSON does not know",
        "write null or a finite number",
        many="have numbers that JSON does not know, such as {number}",
    ),
    "json_surrogate": _Words(
        "{subject} has half a character (a lone surrogate)", "export again from the original text", "a text"
    ),
    "json_duplicate_key": _Words(
        "{subject} is there twice, and only one of the two would be learned", "keep one", "`{key}`"
    ),
    "line_not_object": _Words(
        "is {type}, not an object",
        'write {{"messages": […]}} on each line',
        many="are not objects (the first is {type})",
    ),
    "format_other": _Words(
        "is {name}, not a chat example",
        'write {{"messages": […]}} on each line',
        many="are not chat examples (the first is {name})",
    ),
    "messages_missing": _Words(
        "has no `messages`", 'write {{"messages": […]}} on each line', many="have no `messages`"
    ),
    "messages_type": _Words("{subject} is {type}, not a list", "write a list of messages", "`messages`"),
    "messages_empty": _Words("{subject} is empty", "drop the line", "`messages`"),
    "message_type": _Words("{subject} is {type}, not an object", "write a role and content", "a message"),
    "example_unknown_key": _Words("`{key}` is not a key of an example{nearest}", "remove it", "`{key}`"),
    "message_unknown_key": _Words("{subject} is not a key of a message{nearest}", "remove it", "`{key}`"),
    "role_missing": _Words("{subject} has no role", "add system, user or assistant", "a message"),
    "role_type": _Words("{subject} is {type}, not a word", "write system, user or assistant", "`role`"),
    "role_unknown": _Words(
        "{subject} is `{role}`, which is no role{nearest}", "write system, user, assistant or tool", "`role`"
    ),
    "assistant_missing": _Words(
        "has no assistant message",
        "add the answer to learn, or drop the example",
        many="have no assistant message",
    ),
    "assistant_not_last": _Words(
        "ends with a {role} message",
        "nothing is learned from it: end with the answer",
        "the example",
        many="end with a {role} message",
    ),
    "content_missing": _Words("{subject} is missing", "write the text or drop the example", "`content`"),
    "content_null": _Words(
        "{subject} is null without a tool call", "write the text or drop the example", "`content`"
    ),
    "content_type": _Words("{subject} is {type}, not text", "write text, or a list of parts", "`content`"),
    "content_empty": _Words("{subject} is empty", "write the answer or drop the example", "`content`"),
    "content_part": _Words(
        "{subject} is {type}", 'write a part with its type, such as {{"type": "text", "text": …}}', "a part"
    ),
    "weight_value": _Words("{subject} is {value}", "write the whole number 0 or 1", "`weight`"),
    "weight_role": _Words("{subject} stands beside {role}", "keep it on assistant messages only", "`weight`"),
}

_NEAR = 0.75
"""Likeness from which a word is taken for a misspelt one; below it a guess misleads."""
_KNOWN_WORDS = {
    "role_unknown": ("role", ROLES),
    "message_unknown_key": ("key", tuple(MESSAGE_KEYS)),
    "example_unknown_key": ("key", tuple(EXAMPLE_KEYS)),
}


def finding_text(rule: str, params: Mapping[str, str | int | float]) -> FindingText:
    """Message and remedy for a finding.

    `params` are the finding's, with its `path` added where the message shall name the place. A rule without words (a
    report of another version) is shown by its id.
    """
    words = WORDS.get(rule)
    if words is None:
        return FindingText(rule.replace("_", " "), "")
    facts = {name: _shown(name, value) for name, value in params.items()}
    facts |= _derived(rule, params)
    path = facts.get("path", "")
    facts["subject"] = f"`{path}`" if path else words.subject.format_map(facts)
    return FindingText(words.message.format_map(facts), words.remedy.format_map(facts))


def several_text(rule: str, params: Mapping[str, str | int | float]) -> FindingText:
    """As `finding_text` for several lines at once: `params` are the first one's, and `path` only where all share it.

    The message goes on after "17 lines": with a verb of its own, or after a colon.
    """
    words = WORDS.get(rule)
    if words is None or not words.many:
        said = finding_text(rule, params)
        return FindingText(f": {said.message}", said.remedy)
    facts = {name: _shown(name, value) for name, value in params.items()} | _derived(rule, params)
    return FindingText(f" {words.many.format_map(facts)}", words.remedy.format_map(facts))


def _shown(name: str, value: str | float) -> str:
    if name == "type":
        return _TYPES.get(str(value), str(value))
    if name == "encoding":
        return str(value).upper()
    if isinstance(value, str):
        # Backticks would end the code span that the value stands in.
        return value.replace("`", "'")
    return _size(int(value)) if name in ("bytes", "limit") and value >= 1024 else f"{value:,}"


def _size(count: int) -> str:
    if count < 1024 * 1024:
        return f"{count / 1024:.1f} KiB"
    size = f"{count / (1024 * 1024):,.1f}".removesuffix(".0")
    return f"{size} MiB"


def _derived(rule: str, params: Mapping[str, str | int | float]) -> dict[str, str]:
    facts: dict[str, str] = {}
    if rule in _NAMES:
        word = str(params.get("reason" if rule == "json_syntax" else "format", ""))
        facts["name"] = _NAMES[rule].get(word, word)
        facts["remedy"] = _FORMAT_REMEDIES.get(word, "export it as JSON Lines: one chat example per line")
    if rule == "format_mixed":
        examples, others = int(params.get("examples", 0)), int(params.get("others", 0))
        facts["chat_examples"] = f"{examples:,} chat {'example' if examples == 1 else 'examples'}"
        facts["other_lines"] = f"{others:,} {'line' if others == 1 else 'lines'}"
    if rule in _KNOWN_WORDS:
        name, known = _KNOWN_WORDS[rule]
        near = difflib.get_close_matches(str(params.get(name, "")).lower(), sorted(known), n=1, cutoff=_NEAR)
        facts["nearest"] = f" (`{near[0]}`?)" if near else ""
    return facts
