"""Steps around the methods of training at the connection that speaks Azure OpenAI's v1 surface."""

from typing import Any

from tests.journey.steps import chosen, filled, model, open_train, option, options, shown
from tests.world import Person

MINI, REASONING = "gpt-4.1-mini-2025-04-14", "o4-mini-2025-04-16"
EXACT: dict[str, Any] = {
    "type": "string_check",
    "name": "exact",
    "input": "{{sample.output_text}}",
    "reference": "{{item.answer}}",
    "operation": "eq",
}


def _with(view: dict[str, Any], data: str, **given: Any) -> dict[str, Any]:
    """What stands in the form; data that the method chosen now does not read is not offered, and so not chosen."""
    return filled(view, **given, **({"train": data} if data in options(view, "train") else {}))


async def form_for(person: Person, name: str, method: str, data: str) -> dict[str, Any]:
    """The training modal at dev-eus2 with a model and a method chosen, each choice answered with a new form."""
    view = await open_train(person)
    before = len(person.pushed)
    given = _with(view, data, connection="dev-eus2")
    await person.choose(view, "connection", option(view, "connection", "dev-eus2"), given)
    view = await shown(person, "train", before)
    before = len(person.pushed)
    wanted = await model(person, view, name)
    await person.choose(view, "model", wanted, _with(view, data, connection="dev-eus2", model=wanted))
    view = await shown(person, "train", before)
    if chosen(view, "method") == method:
        return view
    before = len(person.pushed)
    given = _with(view, data, connection="dev-eus2", model=wanted, method=method)
    await person.choose(view, "method", option(view, "method", method), given)
    return await shown(person, "train", before)
