"""The sample files for the other services: Llama, Phi, and the three task types of Databricks.

Each function returns the whole file, the same bytes every time.
"""

import json
import random
from collections.abc import Iterator
from typing import Any, Final

from sandbox.samples import make, phrases

_ROOMS: Final = ("kitchen", "hall", "study", "bedroom", "workshop", "stairwell", "shop window")
_PARTS: Final = ("shade", "cord", "socket", "switch", "foot", "arm", "ceiling rose")
_CARE: Final = (
    "Wipe the {part} of the {product} with a dry cloth once a month, and with a damp one only when it is unplugged.",
    "In the {room} the {product} hangs best at two metres, so that nobody looks into the bulb.",
    "When the {part} of the {product} grows warm, the bulb is too strong; forty watts are enough for a {room}.",
    "The {product} was made for the {room}, yet most customers put it into the {other}.",
    "A worn {part} is changed in the workshop: unscrew the {other_part} first, then draw the cord through.",
    "Before the {product} leaves the house, the {part} is tested for ten minutes and the {other_part} for two.",
    "Customers ask whether the {product} may stay on overnight in the {room}. It may, with a bulb of five watts.",
    "The box of the {product} holds a spare {part}, a key for the {other_part}, and one small screw bulb.",
)


def llama_train() -> bytes:
    """80 conversations with a system message, for Llama (Azure AI Studio)."""
    return make.lines(make.support(80, seed=11))


def phi_train() -> bytes:
    """80 conversations of user and assistant alone, for Phi (Azure AI Studio)."""
    return make.lines(_without_system(make.support(80, seed=12)))


def databricks_chat() -> bytes:
    """90 conversations: system first at most, then user and assistant by turns, the assistant last."""
    return make.lines(make.support(90, seed=13))


def databricks_chat_valid() -> bytes:
    """20 more of them, to evaluate with."""
    return make.lines(make.support(20, seed=14))


def instructions() -> bytes:
    """100 pairs of prompt and response, each prompt with its own heading."""
    rows = []
    for messages in _without_system(make.support(100, seed=15)):
        prompt = f"### Customer\n{messages[0]['content']}\n### Shop\n"
        rows.append(json.dumps({"prompt": prompt, "response": messages[1]["content"]}))
    return ("\n".join(rows) + "\n").encode()


def handbook() -> bytes:
    """A handbook of about 100 KB as plain text, to go on pretraining with."""
    rng = random.Random(16)  # noqa: S311 - repeatable sample texts, not a secret
    paragraphs = []
    for number in range(1, 181):
        product = rng.choice(phrases.PRODUCTS)
        sentences = [_sentence(rng, product) for _ in range(6)]
        paragraphs.append(f"{number}. {product}\n\n{' '.join(sentences)}\n")
    return "\n".join(paragraphs).encode()


def databricks_faulty() -> bytes:
    """30 conversations, of which the eighteenth has two messages of the user in a row."""
    conversations = list(make.support(30, seed=17))
    messages = conversations[17]
    conversations[17] = [
        *messages[:2],
        {"role": "user", "content": "Hello? Is anybody there?"},
        *messages[2:],
    ]
    return make.lines(conversations)


def _sentence(rng: random.Random, product: str) -> str:
    room, other = rng.sample(_ROOMS, 2)
    part, other_part = rng.sample(_PARTS, 2)
    return rng.choice(_CARE).format(product=product, room=room, other=other, part=part, other_part=other_part)


def _without_system(conversations: Iterator[list[dict[str, Any]]]) -> Iterator[list[dict[str, Any]]]:
    return ([message for message in messages if message["role"] != "system"] for messages in conversations)
