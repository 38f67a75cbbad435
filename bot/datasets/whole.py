"""What can be said about the file as a whole, once all of it has been read."""

from bot.datasets.file_facts import FileFacts
from bot.datasets.options import FORMS, Options
from bot.datasets.rules import whole
from bot.datasets.rules.base import Note
from bot.datasets.sniff import BYTE_ORDER_MARK, LONE_RETURNS
from bot.datasets.traits import Traits


def judge(facts: FileFacts, options: Options, traits: Traits, note: Note) -> None:
    """Note all findings that need nothing but `facts`; `note` is that of the file as a whole.

    A file that is no JSON Lines gets one finding about that (and one about its size), and nothing else.
    """
    missing_mark = options.byte_order_mark and not facts.has_bom
    size = facts.bytes + (len(BYTE_ORDER_MARK) if missing_mark else 0)
    if size > options.max_bytes:
        note(whole.FILE_TOO_LARGE, bytes=size, limit=options.max_bytes)
    if facts.encoding:
        note(whole.ENCODING_UTF16, encoding=facts.encoding)
    elif facts.mistaken == LONE_RETURNS:
        note(whole.LINE_ENDS_OLD)
    elif facts.mistaken:
        note(whole.FILE_FORMAT, format=facts.mistaken)
    elif not facts.examples and facts.only_blank:
        note(whole.FILE_EMPTY)
    else:
        _judge_bytes(facts, traits, note)
        _judge_examples(facts, options, traits, note)


def _judge_bytes(facts: FileFacts, traits: Traits, note: Note) -> None:
    if facts.has_bom and traits.service == "databricks":
        note(whole.MARK_UNWANTED, service=traits.service)
    ended = facts.lines - facts.ends_open
    if 0 < facts.carriage_returns < ended:
        note(whole.LINE_ENDS_MIXED, lines=facts.carriage_returns, others=ended - facts.carriage_returns)
    elif facts.carriage_returns:
        note(whole.LINE_ENDS, lines=facts.carriage_returns)
    if facts.cut:
        note(whole.FILE_CUT)


def _judge_examples(facts: FileFacts, options: Options, traits: Traits, note: Note) -> None:
    # Where no line at all is JSON, more examples are not what is missing.
    if (facts.examples or facts.any_json) and facts.examples < options.min_examples:
        note(whole.TOO_FEW_EXAMPLES, examples=facts.examples, minimum=options.min_examples)
    if options.max_examples is not None and facts.examples > options.max_examples:
        note(whole.TOO_MANY_EXAMPLES, examples=facts.examples, maximum=options.max_examples)
    if traits.images and facts.images > options.max_image_examples:
        note(whole.TOO_MANY_IMAGE_EXAMPLES, examples=facts.images, maximum=options.max_image_examples)
    if not facts.examples:
        return
    if facts.other_forms:
        name, others = max(facts.other_forms.items(), key=lambda entry: entry[1])
        note(whole.FORMAT_MIXED, examples=facts.examples, others=others, format=name, form=facts.form)
    if facts.form not in traits.forms:
        wanted = next(one for one in FORMS if one in traits.forms)
        told = {"form": facts.form, "service": traits.service, "model": options.model, "wanted": wanted}
        note(whole.FORM_NOT_TRAINED, **told)
    elif facts.form == "text" and traits.service == "databricks":
        note(whole.TEXT_FOLDER)
