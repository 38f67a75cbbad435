"""Plain text, for training that goes on where the base model's stopped."""

from collections.abc import Mapping

from handlers.wording.finding_tables.words import Words

WORDS: Mapping[str, Words] = {
    "plain_zero_byte": Words(
        "holds a zero byte, which no text has",
        "save the text as UTF-8 again",
        many="have a zero byte, which no text has",
    ),
    "plain_under_context": Words(
        "the file has about {tokens} tokens of text, the model reads {context} at once", "add more text"
    ),
    "plain_little": Words(
        "the file has about {tokens} tokens of text, from {advised} on this kind of training is advised",
        "add more text if there is any",
    ),
    "plain_file_size": Words(
        "the file has {bytes} of text, while files of 60 to 256 MB are advised",
        "split a large file, join small ones",
    ),
}
