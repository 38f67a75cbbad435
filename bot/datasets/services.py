"""Services and models: what each asks of the data.

The tables hold what the services document; a model that is not in them is held only against what all models of its
service ask, and a service that is not in them asks nothing of its own. Names of models are compared without regard to
case and vendor (`openai/`, `Meta-`), with or without the date of their version, and a fine-tuned model by its base.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from bot.datasets.options import FORMS, MEBIBYTE, Form, Options
from bot.datasets.traits import Traits

GIBIBYTE = 1024 * MEBIBYTE


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file of a service may be.

    Attributes:
        max_bytes: with the byte-order mark. `min_examples`: fewest examples.
        byte_order_mark: an upload carries one.
        fills_context: the data has to hold as many tokens as are read at once.
        context_setting: name of the hyperparameter that says how many those are, "" = the model says it alone.
    """

    max_bytes: int
    min_examples: int
    byte_order_mark: bool
    fills_context: bool = False
    context_setting: str = ""


@dataclass(frozen=True, slots=True)
class _Model:
    """What one family of models trains on: `match` holds patterns of `_base`, a space between."""

    match: str
    forms: frozenset[Form]
    images: bool = False
    context: int | None = None


def _forms(*forms: Form) -> frozenset[Form]:
    return frozenset(forms)


_LIMITS = {
    # contracts/azure_openai.md 1.3
    "azure_openai": Limits(512 * MEBIBYTE, 10, byte_order_mark=True),
    # contracts/azure_ml.md 10: no minimum of examples is documented
    "azure_ai_studio": Limits(512 * MEBIBYTE, 1, byte_order_mark=True),
    # contracts/databricks.md 2: the Files API takes 5 GiB in one piece; 6: at least one full context of tokens
    "databricks": Limits(
        5 * GIBIBYTE, 1, byte_order_mark=False, fills_context=True, context_setting="context_length"
    ),
}
SERVICES = tuple(_LIMITS)
"""Services with rules of their own; of others only what all want is known."""
# Nothing is too large or too small for a service that has no row: that is for the service to say.
_NEUTRAL = Limits(max(one.max_bytes for one in _LIMITS.values()), 1, byte_order_mark=False)

# The longest training example: Azure OpenAI, fine-tuning models ("Training example context length: 65,536"); the page
# gives it for gpt-4o-mini, gpt-4o and gpt-4.1, and no contract of ours names one.
_AZURE_EXAMPLE = 65_536
# contracts/azure_openai.md 1.11 and 1.4; images: Azure OpenAI, vision fine-tuning: model support
_AZURE_OPENAI = (
    _Model("gpt-4o-mini gpt-4o-mini-*", _forms("chat"), context=_AZURE_EXAMPLE),
    _Model("gpt-4o gpt-4o-2024-08-06", _forms("chat", "preference"), images=True, context=_AZURE_EXAMPLE),
    _Model("gpt-4.1-mini gpt-4.1-mini-*", _forms("chat", "preference"), context=_AZURE_EXAMPLE),
    _Model("gpt-4.1-nano gpt-4.1-nano-*", _forms("chat", "preference")),
    _Model("gpt-4.1 gpt-4.1-2*", _forms("chat", "preference"), images=True, context=_AZURE_EXAMPLE),
    _Model("o4-mini*", _forms("reinforcement")),
    _Model("gpt-5*", _forms("reinforcement")),
    _Model("gpt-3*5-turbo*", _forms("chat")),
    _Model("gpt-4-0613", _forms("chat")),
    _Model("babbage-002", _forms("prompt_response")),
    _Model("davinci-002", _forms("prompt_response")),
    _Model("ministral*", _forms("chat")),
    _Model("qwen*", _forms("chat")),
    _Model("llama*", _forms("chat")),
    _Model("gpt-oss*", _forms("chat")),
)
# contracts/databricks.md 7: longer examples are cut off there
_DATABRICKS_FORMS = _forms("chat", "prompt_response", "text")
_DATABRICKS = (
    _Model("dbrx dbrx-* *-dbrx-*", _DATABRICKS_FORMS, context=32_768),
    _Model("*llama-3.1 *llama-3.1-*", _DATABRICKS_FORMS, context=131_072),
    _Model("*llama-3.2 *llama-3.2-*", _DATABRICKS_FORMS, context=131_072),
    _Model("*llama-3 *llama-3-*", _DATABRICKS_FORMS, context=8_192),
    _Model("*codellama *codellama-*", _DATABRICKS_FORMS, context=16_384),
    _Model("*llama-2 *llama-2-*", _DATABRICKS_FORMS, context=4_096),
    _Model("*mistral-*", _DATABRICKS_FORMS, context=32_768),
    _Model("*mixtral-*", _DATABRICKS_FORMS, context=32_768),
)
_MODELS: Mapping[str, tuple[_Model, ...]] = {
    "azure_openai": _AZURE_OPENAI,
    "azure_ai_studio": (),
    "databricks": _DATABRICKS,
}

_AZURE_TRAITS = Traits()
# contracts/azure_ml.md 10
_STUDIO_TRAITS = Traits(
    service="azure_ai_studio",
    forms=_forms("chat", "prompt_response"),
    roles=frozenset({"system", "user", "assistant"}),
    parts=False,
    tools=False,
    images=False,
    weights=False,
)
# contracts/databricks.md 6
_DATABRICKS_TRAITS = Traits(
    service="databricks",
    forms=_DATABRICKS_FORMS,
    roles=frozenset({"system", "user", "assistant"}),
    message_keys=frozenset({"role", "content"}),
    example_keys=frozenset({"messages"}),
    parts=False,
    alternate=True,
    system="first",
    min_messages=2,
    answer_last=True,
    tools=False,
    images=False,
    weights=False,
)
_TRAITS = {
    "azure_openai": _AZURE_TRAITS,
    "azure_ai_studio": _STUDIO_TRAITS,
    "databricks": _DATABRICKS_TRAITS,
}
# contracts/databricks.md 6: continued pre-training reads .txt files
_TEXT_FILES = frozenset({"databricks"})
_VENDOR = re.compile(r"(?:.*/)?(?:meta-(?=llama))?")
_TUNED = re.compile(r"\.ft-.*\Z", re.DOTALL)


def traits(service: str, model: str = "") -> Traits:
    """What `service` asks of the data for `model` (empty or unknown = what it asks for all).

    A service without a row may train on every form; only what all services want is asked.
    """
    asked, known = (
        _TRAITS.get(service) or Traits(service=service, forms=frozenset(FORMS)),
        _model(service, model),
    )
    if service == "databricks" and re.search(r"mi[sx]tral", model, re.IGNORECASE):
        asked = replace(asked, system="never")
    if known is not None:
        asked = replace(asked, forms=known.forms, images=asked.images and known.images)
    return asked


def knows(service: str, model: str) -> bool:
    """Whether the tables hold what `model` asks: it has a row, is empty, or all models of the service ask the same.

    Nothing is known of a model of a service without a row.
    """
    same = service in _MODELS and not _MODELS[service]
    return not model.strip() or same or _model(service, model) is not None


def limits(service: str) -> Limits:
    """How large a file of `service` may be; nothing is held against one of a service without a row."""
    return _LIMITS.get(service, _NEUTRAL)


def text_file(service: str, name: str, profile: str = "") -> bool:
    """Whether a file of this name, or of which it was said that it holds text, may be plain text for `service`."""
    return service in _TEXT_FILES and (profile == "text" or name.lower().endswith(".txt"))


def options(service: str = "azure_openai", model: str = "", *, profile: str = "", name: str = "") -> Options:
    """The options of a check for this service and model, everything else as usual.

    `name` is that of the file, as far as it is known.
    """
    bounds, known = limits(service), _model(service, model)
    return Options(
        profile=profile,
        service=service,
        model=model,
        max_bytes=bounds.max_bytes,
        min_examples=bounds.min_examples,
        byte_order_mark=bounds.byte_order_mark,
        max_example_tokens=known.context if known is not None else None,
        text_file=text_file(service, name, profile),
    )


def _model(service: str, name: str) -> _Model | None:
    base = _base(name)
    rows = _MODELS.get(service, ())
    return next((one for one in rows if any(fnmatchcase(base, match) for match in one.match.split())), None)


def _base(name: str) -> str:
    """`Llama-3.1-8B`, `meta-llama/Llama-3.1-8B` and `meta-llama/Meta-Llama-3.1-8B` are one."""
    return _VENDOR.sub("", _TUNED.sub("", name.strip().lower()), count=1)
