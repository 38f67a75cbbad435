"""The file as a whole."""

from collections.abc import Mapping

from handlers.wording.finding_tables.forms import OTHER_FORMS
from handlers.wording.finding_tables.words import Params, Words, counted

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


def _format(params: Params) -> Mapping[str, str]:
    word = str(params.get("format", ""))
    remedy = _FORMAT_REMEDIES.get(word, "export it as JSON Lines: one chat example per line")
    return {"name": _FORMATS.get(word, word), "remedy": remedy}


def _mixed(params: Params) -> Mapping[str, str]:
    word = str(params.get("format", ""))
    return {
        "name": OTHER_FORMS.get(word, word),
        "chat_examples": counted(int(params.get("examples", 0)), "chat example", "chat examples"),
        "other_lines": counted(int(params.get("others", 0)), "line", "lines"),
    }


WORDS: Mapping[str, Words] = {
    "file_empty": Words("the file is empty", "export it again"),
    "file_too_large": Words(
        "the file has {bytes}, the service takes {limit} at most", "split it, or leave out examples"
    ),
    "file_format": Words("the file is {name}, not JSON Lines", "{remedy}", derive=_format),
    "encoding_utf16": Words("the file is written in {encoding}", "save it as UTF-8"),
    "too_few_examples": Words(
        "the file has {examples} of the {minimum} examples that the service asks for at least",
        "add examples",
    ),
    "format_mixed": Words(
        "the file mixes forms: {chat_examples}, and in {other_lines} {name}",
        "write all lines in the chat form",
        derive=_mixed,
    ),
}
