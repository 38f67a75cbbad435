"""What a line is, if it is no example of the wanted form; and pairs, texts and examples for reinforcement."""

from collections.abc import Mapping

from handlers.wording.finding_tables.words import Params, Words

OTHER_FORMS = {
    "chat": "a chat example (`messages`)",
    "preference": "a preference example (for DPO)",
    "chosen_rejected": "a preference example with `chosen` and `rejected`",
    "prompt_completion": "a `prompt` and `completion` pair",
    "prompt_response": "a `prompt` and `response` pair",
    "instruction": "an `instruction` and `output` pair",
    "conversations": "a ShareGPT conversation (`conversations`)",
    "contents": "a Gemini conversation (`contents`)",
    "text": "plain text (`text`)",
}
FORM_NAMES = {
    "chat": ("chat example", "chat examples"),
    "preference": ("preference example", "preference examples"),
    "reinforcement": ("reinforcement example", "reinforcement examples"),
    "prompt_response": ("pair of prompt and response", "pairs of prompt and response"),
    "text": ("text line", "text lines"),
}
"""One and many, by form."""
SHAPES = {
    "chat": '{"messages": […]}',
    "preference": '{"input": {"messages": […]}, "preferred_output": […], "non_preferred_output": […]}',
    "reinforcement": '{"messages": […], …} with what the grader reads',
    "prompt_response": '{"prompt": …, "completion": …}',
    "text": '{"text": …}',
}
_WAYS = {
    (
        "chosen_rejected",
        "preference",
    ): "put the question into `input.messages`, `chosen` into `preferred_output` "
    "and `rejected` into `non_preferred_output`",
    ("conversations", "chat"): "rename `conversations` to `messages`, `from` to role and `value` to content",
    (
        "contents",
        "chat",
    ): "rename `contents` to `messages` and `parts` to content; the role model is assistant",
    ("instruction", "chat"): "write the instruction as a user message and the output as an assistant message",
    (
        "prompt_completion",
        "chat",
    ): "write the prompt as a user message and the completion as an assistant message",
    (
        "prompt_response",
        "chat",
    ): "write the prompt as a user message and the response as an assistant message",
}


def _form(params: Params) -> Mapping[str, str]:
    word, form = str(params.get("format", "")), str(params.get("form", ""))
    return {
        "name": OTHER_FORMS.get(word, word),
        "form_name": FORM_NAMES.get(form, (f"{form} example", ""))[0],
        "form_names": FORM_NAMES.get(form, ("", f"{form} examples"))[1],
        "remedy": _WAYS.get((word, form)) or f"write {SHAPES.get(form, form)} on each line",
    }


WORDS: Mapping[str, Words] = {
    "line_not_object": Words(
        "is {type}, not an object",
        'write an object on each line, such as {{"messages": […]}}',
        many="are not objects (the first is {type})",
    ),
    "format_other": Words(
        "is {name}, not a {form_name}",
        "{remedy}",
        many="are not {form_names} (the first is {name})",
        derive=_form,
    ),
    "reinforcement_last_not_user": Words(
        "ends with a {role} message",
        "end with the user's question; what a grader compares with goes into a key beside `messages`",
        "the example",
        many="end with a {role} message",
    ),
    "reinforcement_no_reference": Words(
        "has nothing that a grader could compare with",
        "add a key beside `messages`, such as the right answer, if the grader reads one",
        many="have nothing that a grader could compare with",
    ),
    "pair_missing": Words(
        "has no `{key}`", "write a prompt and a response on each line", many="have no `{key}`"
    ),
    "pair_type": Words("{subject} is {type}, not text", "write text", "a text"),
    "pair_empty": Words("{subject} is empty", "write the text or drop the line", "a text"),
    "pair_both": Words(
        "has a `response` and a `completion`", "keep one of them", many="have a `response` and a `completion`"
    ),
    "pair_wrong_key": Words("{subject} should be called `{wanted}`", "rename it", "`{key}`"),
    "pair_unknown_key": Words("{subject} is not a key of a pair", "remove it", "`{key}`"),
    "pair_long": Words(
        "has {characters} characters, more than {most}",
        "see whether the model takes that many, and shorten it otherwise",
        many="have more than {most} characters (the first has {characters})",
    ),
    "pair_capitals": Words(
        "{subject} has {percent} % capitals", "write it as people do, unless it must be so", "a text"
    ),
    "text_missing": Words("has no `text`", 'write {{"text": …}} on each line', many="have no `text`"),
    "text_type": Words("{subject} is {type}, not text", "write text", "`text`"),
    "text_empty": Words("{subject} is empty", "write the text or drop the line", "`text`"),
    "text_unknown_key": Words("{subject} is not trained on", "remove it", "`{key}`"),
}
