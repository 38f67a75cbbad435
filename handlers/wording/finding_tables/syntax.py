"""Bytes and JSON of a line."""

from collections.abc import Mapping

from handlers.wording.finding_tables.words import Params, Words

_REASONS = {
    "missing_value": "a value is missing",
    "missing_key": "a key in double quotes is missing",
    "missing_colon": "a colon is missing",
    "missing_comma": "a comma is missing, or a double quote inside a text is not escaped",
    "open_quote": "a text begins that has no closing quote",
    "single_quotes": "there are single quotes where JSON has double ones",
    "python_word": "True, False or None is Python; JSON writes true, false, null",
    "comment": "there is a comment, which JSON does not know",
    "control_character": "there is a line break or other control character inside a text",
    "zero_byte": "there are zero bytes, as a crash while writing leaves them",
    "odd_space": "there is a space or an unseen character that JSON does not know",
    "bad_escape": "a backslash stands before a letter that cannot follow one",
    "second_object": "a second object begins on the same line",
    "lone_return": "a second object begins behind a carriage return, where a line feed is missing",
    "comma_behind": "there is a comma behind the object, as in a list",
    "extra_text": "there is text behind the object",
}
_KINDS = {
    "overlong": "a character in more bytes than it needs, which UTF-8 forbids",
    "surrogate": "half of a pair (CESU-8), as some databases export it",
    "beyond": "a number beyond the last character there is",
    "never": "a byte that UTF-8 never has, as UTF-16 begins with",
    "cut": "a character that is cut off",
    "single_byte": "probably Windows-1252 or Latin-1",
}
_NO_JSON = "no_json"
_WORDS_OF_SYNTAX = "write the line with a JSON library, not by hand"


def _reason(params: Params) -> Mapping[str, str]:
    word = str(params.get("reason", ""))
    if word == _NO_JSON:
        return {
            "said": "is plain text, not JSON",
            "all": "are not JSON; the first is plain text",
            "remedy": 'drop it, or write it as an example, such as {"messages": […]}',
        }
    # A report of another version may have no column.
    name, column = _REASONS.get(word, word), params.get("column", "…")
    at = f"{column:,}" if isinstance(column, int) else str(column)
    return {
        "said": f"is not JSON: at column {at} {name}",
        "all": f"are not JSON; in the first, at column {at}, {name}",
        "remedy": _WORDS_OF_SYNTAX,
    }


def _kind(params: Params) -> Mapping[str, str]:
    word = str(params.get("kind", ""))
    return {"name": _KINDS.get(word, word)}


WORDS: Mapping[str, Words] = {
    "encoding_invalid": Words(
        "is not UTF-8: byte {byte} at column {column} (byte {offset} of the file), {name}",
        "save the file as UTF-8",
        many="are not UTF-8, the first at column {column}: {name}",
        derive=_kind,
    ),
    "line_blank": Words("is blank", "leave no blank lines", many="are blank"),
    "line_too_long": Words(
        "has {bytes}, more than any model takes ({limit})",
        "split or drop the example",
        many="have more than any model takes ({limit})",
    ),
    "json_truncated": Words(
        "ends in the middle of the JSON, at column {column}",
        "export again",
        many="end in the middle of the JSON",
    ),
    "json_syntax": Words(
        "{said}",
        "{remedy}",
        many="{all}",
        derive=_reason,
    ),
    "json_trailing_comma": Words(
        "is not JSON: at column {column} there is a comma too many before the bracket",
        "remove the comma",
        many="are not JSON: in the first, at column {column}, there is a comma too many before the bracket",
    ),
    "json_smart_quotes": Words(
        "is not JSON: at column {column} there are curly quotes where JSON has straight ones",
        "write straight quotes; word processors change them",
        many="are not JSON: in the first, at column {column}, there are curly quotes where JSON has straight ones",
    ),
    "json_byte_order_mark": Words(
        "is not JSON: at column {column} there is a byte-order mark, as happens when files are joined",
        "remove the mark",
        many="are not JSON: in the first, at column {column}, there is a byte-order mark",
    ),
    "json_nesting": Words(
        "is nested more than {limit} levels deep",
        "make it flatter",
        many="are nested more than {limit} levels deep",
    ),
    "json_number": Words(
        "has {number}, which JSON does not know",
        "write null or a finite number",
        many="have numbers that JSON does not know, such as {number}",
    ),
    "json_surrogate": Words(
        "{subject} has half a character (a lone surrogate)", "export again from the original text", "a text"
    ),
    "json_duplicate_key": Words(
        "{subject} is there twice, and only one of the two would be learned", "keep one", "`{key}`"
    ),
}
