"""What a line is, if it is no example of the wanted form."""

from collections.abc import Mapping

from handlers.wording.finding_tables.words import Params, Words

OTHER_FORMS = {
    "preference": "a preference example (for DPO)",
    "prompt_completion": "a `prompt` and `completion` pair",
    "prompt_response": "a `prompt` and `response` pair",
    "instruction": "an `instruction` and `output` pair",
    "conversations": "a ShareGPT conversation (`conversations`)",
    "contents": "a Gemini conversation (`contents`)",
    "text": "plain text (`text`)",
}


def _form(params: Params) -> Mapping[str, str]:
    word = str(params.get("format", ""))
    return {"name": OTHER_FORMS.get(word, word)}


WORDS: Mapping[str, Words] = {
    "line_not_object": Words(
        "is {type}, not an object",
        'write {{"messages": […]}} on each line',
        many="are not objects (the first is {type})",
    ),
    "format_other": Words(
        "is {name}, not a chat example",
        'write {{"messages": […]}} on each line',
        many="are not chat examples (the first is {name})",
        derive=_form,
    ),
}
