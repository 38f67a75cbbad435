"""`weight`: which answers are learned from."""

from bot.datasets.rules.base import Example, Note, Rule, RuleSpec, Talk, clipped
from bot.datasets.rules.places import KNOWN_ROLES, parts, sound
from bot.datasets.rules.sources import AZURE_CHAT, LLM_FOUNDRY, TOGETHER
from bot.datasets.traits import Traits

WEIGHT_VALUE = RuleSpec(
    "weight_value",
    "error",
    AZURE_CHAT,
    ("value",),
    why="Only the whole numbers 0 and 1 are taken; true, 1.0 and 0.5 are refused.",
)
WEIGHT_ROLE = RuleSpec(
    "weight_role",
    "error",
    AZURE_CHAT,
    ("role",),
    why="Only answers are learned, so only they have a weight; elsewhere the line is refused.",
)
WEIGHT_ALL_ZERO = RuleSpec(
    "weight_all_zero",
    "warning",
    AZURE_CHAT,
    why="With no answer left to learn, the example is paid for and teaches nothing.",
)
WEIGHT_IMAGES = RuleSpec(
    "weight_images",
    "warning",
    TOGETHER,
    why="Known checkers refuse weights in an example with images, and no document says that they count there.",
)
WEIGHT_REFUSED = RuleSpec(
    "weight_refused",
    "error",
    LLM_FOUNDRY,
    why="This service learns every answer alike; it ignores the key at best and fails the run at worst.",
)

SPECS = (WEIGHT_VALUE, WEIGHT_ROLE, WEIGHT_ALL_ZERO, WEIGHT_IMAGES, WEIGHT_REFUSED)


def _shown(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value.bit_length() > 64:
        return "a huge number"
    if isinstance(value, int | float):
        return clipped(str(value))
    return f'"{clipped(value)}"' if isinstance(value, str) else "a list or object"


def _sound_weight(path: str, weight: object, role: object, note: Note) -> bool:
    if type(weight) is not int or weight not in (0, 1):
        note(WEIGHT_VALUE, path, value=_shown(weight))
        return False
    if isinstance(role, str) and role in KNOWN_ROLES - {"assistant"}:
        note(WEIGHT_ROLE, path, role=role)
        return False
    return True


def _together(talk: Talk, first: str, note: Note) -> None:
    answers = [message for _, message in talk.turns if message.get("role") == "assistant"]
    if sound(talk) and answers and all(message.get("weight") == 0 for message in answers):
        note(WEIGHT_ALL_ZERO, talk.path)
    if any(part.get("type") == "image_url" for _, message in talk.turns for _, part in parts(message)):
        note(WEIGHT_IMAGES, first)


def weights_rule(traits: Traits) -> Rule:
    """Each weight, and what the weights of a conversation come to."""

    def check(example: Example, note: Note) -> None:
        talk = example.talk
        weighted = [(index, message) for index, message in talk.turns if "weight" in message]
        if not traits.weights:
            for index, _ in weighted:
                note(WEIGHT_REFUSED, f"{talk.path}[{index}].weight")
            return
        all_sound = bool(weighted)
        for index, message in weighted:
            path = f"{talk.path}[{index}].weight"
            all_sound &= _sound_weight(path, message["weight"], message.get("role"), note)
        if all_sound:
            _together(talk, f"{talk.path}[{weighted[0][0]}].weight", note)

    return Rule(SPECS, check)
