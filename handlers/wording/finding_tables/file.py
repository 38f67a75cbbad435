"""The file as a whole."""

from collections.abc import Mapping

from handlers.wording.finding_tables.forms import FORM_NAMES, OTHER_FORMS, SHAPES
from handlers.wording.finding_tables.words import Params, Words, counted
from handlers.wording.services import service_name

_FORMATS = {
    "json_array": "one JSON list",
    "json_pretty": "JSON objects spread over several lines",
    "json_wrapped": "one JSON object that holds a list of examples",
    "csv": "a table with separators (CSV)",
    "tsv": "a table with tabs (TSV)",
    "plain_text": "plain text",
    "html": "a web page (HTML)",
    "xml": "XML",
    "xlsx": "an Excel workbook",
    "docx": "a Word document",
    "pptx": "a PowerPoint presentation",
    "opendocument": "an OpenDocument file (LibreOffice)",
    "zip": "a zip archive",
    "gzip": "compressed with gzip",
    "zstandard": "compressed with zstandard",
    "bzip2": "compressed with bzip2",
    "xz": "compressed with xz",
    "seven_zip": "a 7-Zip archive",
    "rar": "a RAR archive",
    "tar": "a tar archive",
    "pdf": "a PDF",
    "parquet": "a Parquet file",
    "arrow": "an Arrow file",
    "avro": "an Avro file",
    "orc": "an ORC file",
    "numpy": "a NumPy array",
    "sqlite": "an SQLite database",
    "image": "a picture",
    "rtf": "a rich-text document (RTF)",
    "binary": "a binary file",
}
_FORMAT_REMEDIES = {
    "json_array": "write each element on a line of its own, without the brackets and commas between",
    "json_pretty": "write each object on one line",
    "json_wrapped": "write each example of the list on a line of its own, without the object around it",
    "html": "this is often a login page that was saved instead of the file: download it again",
    "zip": "unpack it and send the .jsonl file inside",
    "gzip": "unpack it and send the .jsonl file",
    "zstandard": "unpack it and send the .jsonl file",
    "bzip2": "unpack it and send the .jsonl file",
    "xz": "unpack it and send the .jsonl file",
    "seven_zip": "unpack it and send the .jsonl file inside",
    "rar": "unpack it and send the .jsonl file inside",
    "tar": "unpack it and send the .jsonl file inside",
    "plain_text": "export it as JSON Lines: one example per line; for continued pre-training Databricks reads "
    "a folder of .txt files in a volume instead",
}


def _format(params: Params) -> Mapping[str, str]:
    word = str(params.get("format", ""))
    remedy = _FORMAT_REMEDIES.get(word, "export it as JSON Lines: one example per line")
    return {"name": _FORMATS.get(word, word), "remedy": remedy}


def _mixed(params: Params) -> Mapping[str, str]:
    form, other = str(params.get("form", "")), str(params.get("format", ""))
    one, many = FORM_NAMES.get(form, (f"{form} example", f"{form} examples"))
    return {
        "name": OTHER_FORMS.get(other, other),
        "examples_of_form": counted(int(params.get("examples", 0)), one, many),
        "other_lines": counted(int(params.get("others", 0)), "line", "lines"),
        "form_name": one,
    }


def _untrained(params: Params) -> Mapping[str, str]:
    form, service = str(params.get("form", "")), str(params.get("service", ""))
    # As somebody typed it: a control character would steer the terminal that it is shown on.
    typed = str(params.get("model", "")).replace("`", "'")
    model = "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in typed)
    # A report of an older version does not name the form to write.
    wanted = str(params.get("wanted", "another form"))
    name = service_name(service)
    return {
        "examples_of_form": FORM_NAMES.get(form, ("", f"{form} examples"))[1],
        # Rewritten as chats, these would lose the other answer, or what a grader compares with.
        "way": ""
        if form in ("preference", "reinforcement")
        else f"write {SHAPES.get(wanted, wanted)} on each line, or ",
        "who": f"`{model}` on {name}" if model else name,
    }


def _service(params: Params) -> Mapping[str, str]:
    service = str(params.get("service", ""))
    return {"who": service_name(service)}


WORDS: Mapping[str, Words] = {
    "file_empty": Words("the file is empty", "export it again"),
    "file_too_large": Words(
        "the file has {bytes}, the service takes {limit} at most", "split it, or leave out examples"
    ),
    "file_format": Words("the file is {name}, not JSON Lines", "{remedy}", derive=_format),
    "encoding_utf16": Words("the file is written in {encoding}", "save it as UTF-8"),
    "line_ends_old": Words(
        "the file has no line feed: its lines end with a carriage return alone, as on very old Macs",
        "save it with the line ends of Unix",
    ),
    "too_few_examples": Words(
        "the file has {examples} of the {minimum} examples that the service asks for at least",
        "add examples",
    ),
    "too_many_examples": Words(
        "the file has {examples} examples, {maximum} are taken at most",
        "leave out examples, or split the file",
    ),
    "too_many_image_examples": Words(
        "the file has {examples} examples with images, the service takes {maximum} at most",
        "leave out examples with images",
    ),
    "format_mixed": Words(
        "the file mixes forms: {examples_of_form}, and in {other_lines} {name}",
        "write every line as a {form_name}, or make two files",
        derive=_mixed,
    ),
    "form_not_trained": Words(
        "the file holds {examples_of_form}, which {who} does not take for training",
        "{way}choose a model and method that read what there is",
        derive=_untrained,
    ),
    "line_ends": Words(
        "the file has a carriage return at {lines} of its line ends, as on Windows",
        "harmless for the services; save it with the line ends of Unix if other tools read it",
    ),
    "line_ends_mixed": Words(
        "the file mixes line ends: {lines} as on Windows, {others} as on Unix",
        "save it with the line ends of Unix, and look at the places where files were joined",
    ),
    "byte_order_mark": Words(
        "the file begins with a byte-order mark, which {who} does not expect",
        "save it as UTF-8 without the mark",
        derive=_service,
    ),
    "file_cut": Words(
        "the file ends in the middle of its last line: it was probably cut while it was copied or written",
        "export it again, or copy it again and compare the sizes",
    ),
    "text_folder": Words(
        "the file holds texts on lines of JSON, while Databricks reads a folder of .txt files",
        "write the texts into .txt files of 60 to 256 MB in a folder of a volume",
    ),
}
