"""The file as a whole."""

from bot.datasets.rules.base import RuleSpec

_AZURE = "Azure OpenAI, customize a model: JSON Lines in UTF-8 (contract 1.3)"

FILE_EMPTY = RuleSpec(
    "file_empty",
    "error",
    "Together check_file, prepare_data (anchors B.2)",
    why="There is nothing to train on.",
)
FILE_TOO_LARGE = RuleSpec(
    "file_too_large",
    "error",
    "Azure OpenAI, quotas and limits: 512 MB (contract 1.3); Azure AI Studio the same; Databricks: Files API",
    ("bytes", "limit"),
    why="The service refuses the upload, after all of it has been sent.",
)
FILE_FORMAT = RuleSpec(
    "file_format",
    "error",
    _AZURE,
    ("format",),
    why="The services train on JSON Lines only and refuse everything else.",
)
ENCODING_UTF16 = RuleSpec(
    "encoding_utf16", "error", _AZURE, ("encoding",), why="Read as UTF-8 not one line of it is JSON."
)
TOO_FEW_EXAMPLES = RuleSpec(
    "too_few_examples",
    "error",
    "Azure OpenAI, customize a model: at least 10 examples (contract 1.3)",
    ("examples", "minimum"),
    why="The job is refused, or fails after it has waited in the queue.",
)
TOO_MANY_EXAMPLES = RuleSpec(
    "too_many_examples",
    "error",
    "Fireworks 3 million, mistral-finetune 10 million (anchors B.2); the limit that was asked for",
    ("examples", "maximum"),
    why="The service takes no more examples than this.",
)
TOO_MANY_IMAGE_EXAMPLES = RuleSpec(
    "too_many_image_examples",
    "error",
    "Azure OpenAI, vision fine-tuning: 50,000 examples with images in a file",
    ("examples", "maximum"),
    why="The service takes no more examples with images in one file.",
)
FORMAT_MIXED = RuleSpec(
    "format_mixed",
    "error",
    "Together check_file: the same form through the file (anchors B.2)",
    ("examples", "others", "format", "form"),
    why="A job trains with one method, and every method reads one form.",
)
FORM_NOT_TRAINED = RuleSpec(
    "form_not_trained",
    "error",
    "Azure OpenAI, models for fine-tuning (contract 1.11); contracts/azure_ml.md 10; contracts/databricks.md 6",
    ("form", "service", "model", "wanted"),
    why="The service has no training for this model that reads such examples, so the job is refused.",
)
LINE_ENDS = RuleSpec(
    "line_ends",
    "hint",
    "JSON Lines: lines end with a line feed (anchors B.2)",
    ("lines",),
    why="Parsers take it for white space, but tools that compare or join files stumble over it.",
    repair="line_ends",
)
LINE_ENDS_MIXED = RuleSpec(
    "line_ends_mixed",
    "warning",
    "JSON Lines: lines end with a line feed (anchors B.2)",
    ("lines", "others"),
    why="It comes from joining files of two systems, and often the seams are broken as well.",
    repair="line_ends",
)
LINE_ENDS_OLD = RuleSpec(
    "line_ends_old",
    "error",
    "JSON Lines: lines end with a line feed; a carriage return alone ends none",
    why="The services see one single line with many objects, and refuse it.",
    repair="line_ends",
)
MARK_UNWANTED = RuleSpec(
    "byte_order_mark",
    "warning",
    "RFC 8259, section 8.1: JSON has no mark; the mark is Azure OpenAI's own wish (contract 1.3)",
    ("service",),
    why="A strict JSON parser stops at the first byte of the file.",
    repair="byte_order_mark",
)
FILE_CUT = RuleSpec(
    "file_cut",
    "hint",
    "a last line without its end is what an interrupted copy or export leaves",
    why="If the end is missing, so may be the examples behind it.",
)
TEXT_FOLDER = RuleSpec(
    "text_folder",
    "warning",
    "Databricks, continued pre-training: a folder of .txt files (contracts/databricks.md 6)",
    why="The service looks for .txt files in a folder, and finds no text in a file of JSON Lines.",
)

SPECS = (
    FILE_EMPTY,
    FILE_TOO_LARGE,
    FILE_FORMAT,
    ENCODING_UTF16,
    LINE_ENDS_OLD,
    TOO_FEW_EXAMPLES,
    TOO_MANY_EXAMPLES,
    TOO_MANY_IMAGE_EXAMPLES,
    FORMAT_MIXED,
    FORM_NOT_TRAINED,
    LINE_ENDS,
    LINE_ENDS_MIXED,
    MARK_UNWANTED,
    FILE_CUT,
    TEXT_FOLDER,
)
