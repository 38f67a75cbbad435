"""The sentences that the English sample conversations are put together from (a lamp shop's help desk)."""

from typing import Final, NamedTuple

SYSTEM: Final = (
    "You answer for Lumen & Oak, a small lamp shop. Be brief and warm, say what happens next, "
    "and never promise a date that the warehouse has not confirmed."
)

PRODUCTS: Final = (
    "Birch desk lamp", "Harbour pendant", "Fern floor lamp", "Pebble night light", "Copper reading lamp",
    "Linen shade", "Moss wall light", "Quill clip lamp", "Anchor lantern", "Willow table lamp",
    "Slate spotlight", "Honey lamp cord",
)  # fmt: skip

PEOPLE: Final = ("Mira", "Jonas", "Priya", "Tomas", "Aiko", "Lena", "Oscar", "Noor", "Hugo", "Sanna")


class Intent(NamedTuple):
    """One thing customers ask: ways to ask it and ways the shop answers."""

    asked: tuple[str, ...]
    answered: tuple[str, ...]


OPENINGS: Final = (
    "Thank you for writing, {person}.",
    "Hello {person}, thank you for asking.",
    "Good to hear from you, {person}.",
)

CLOSINGS: Final = (
    "Write again any time, we are happy to help.",
    "We will write to you as soon as there is news.",
    "If anything is unclear, just answer this message.",
)

INTENTS: Final = (
    Intent(
        (
            "Where is my {product}? I ordered it {days} days ago.",
            "My {product} has not arrived yet, order {order}.",
            "Can you tell me when order {order} with the {product} comes?",
        ),
        (
            "Your {product} left our warehouse and is on its way; order {order} is with the carrier now.",
            "Order {order} with the {product} is packed. You get the tracking link tonight.",
        ),
    ),
    Intent(
        (
            "The {product} came with a scratch. What can I do?",
            "My new {product} arrived damaged.",
            "There is a dent in the {product} from order {order}.",
        ),
        (
            "We are sorry about the damage. Send us one photo and we replace the {product} free of charge.",
            "That should not have happened. A new {product} goes out today; please keep the old box.",
        ),
    ),
    Intent(
        (
            "Can I return the {product}?",
            "I changed my mind about the {product}. How do I send it back?",
            "What is your return policy for the {product}?",
        ),
        (
            "You can return the {product} within thirty days. The return label is in your account.",
            "Of course. Put the {product} in its box, print the label from your account, and drop it at any shop.",
        ),
    ),
    Intent(
        (
            "Which bulb fits the {product}?",
            "Does the {product} come with a bulb?",
            "Is the {product} fine with a brighter bulb?",
        ),
        (
            "The {product} takes a small screw bulb, E14, up to {watt} watts. One bulb is in the box.",
            "Please use an E14 bulb of at most {watt} watts in the {product}, so that the shade stays cool.",
        ),
    ),
    Intent(
        (
            "I need an invoice for order {order}.",
            "Could you send the receipt for the {product} again?",
            "Our office needs a bill with the company name for the {product}.",
        ),
        (
            "The invoice for order {order} is in your account under Documents. We also sent it by mail.",
            "We wrote the invoice for the {product} anew with your company name; you find it in your mail.",
        ),
    ),
    Intent(
        (
            "My {product} flickers.",
            "The {product} turns off by itself after {days} minutes.",
            "The switch of my {product} does not work any more.",
        ),
        (
            "Please try another bulb first. If the {product} still fails, we repair it under guarantee.",
            "That sounds like a loose contact. Unplug the {product} and send us the number under its foot.",
        ),
    ),
    Intent(
        (
            "Do you have the {product} in green?",
            "When will the {product} be in stock again?",
            "Is the {product} still made?",
        ),
        (
            "The {product} comes in oak and in black. Green is not planned at the moment.",
            "The {product} is sold out. Leave your address on its page and we write when it is back.",
        ),
    ),
    Intent(
        (
            "Can you change the address of order {order}?",
            "I moved house; please send the {product} to my new address.",
            "I typed the wrong street for order {order}.",
        ),
        (
            "We changed the address of order {order}. The parcel goes to the new street.",
            "As long as the {product} is not packed we can change it. It is done, please check your account.",
        ),
    ),
)

SECOND_QUESTIONS: Final = (
    (
        "How long does that take?",
        "Usually three to five working days. The warehouse confirms the day by mail.",
    ),
    ("Does that cost anything?", "No, that is free for you."),
    ("Can I do that in the shop as well?", "Yes, our shop is open from ten to six, Monday to Saturday."),
    ("Thanks, that helps.", "You are welcome. Enjoy the light."),
)
