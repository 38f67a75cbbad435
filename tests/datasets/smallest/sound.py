"""Sound lines of every form that have nothing in common, so that no rule about the whole set finds anything."""

import json

from bot.datasets.options import Form

PAIRS: tuple[tuple[str, str], ...] = (
    ("Has order 4417 shipped?", "Both boxes are on the night train to Basel."),
    ("How do I reset the password?", "Open the account page and choose the reset link there."),
    ("Can I return worn shoes?", "Shoes with signs of wear are refunded only for a defect."),
    ("Which card do you accept?", "All common credit cards, and direct debit in Europe."),
    ("My lamp arrived broken.", "I am sorry; a new lamp is on its way to you today."),
    ("Please cancel the second chair.", "The second chair is cancelled, the first ships on Monday."),
    ("What does the warranty cover?", "It covers the motor for five years and the battery for two."),
    ("Do you ship to Iceland?", "Yes, Iceland takes about nine days by sea freight."),
    ("I was charged twice!", "One of the two charges is a reservation that ends by itself."),
    ("Is the shop open on Sunday?", "On Sundays only the garden centre is open, until four."),
    ("Change my delivery address.", "The address can be changed until the truck is loaded."),
    ("Who assembles the wardrobe?", "Two fitters come with the wardrobe and take ninety minutes."),
    ("The app crashes at login.", "Update to the latest release, which mends that crash."),
    ("How heavy is the table?", "With its oak top the table weighs thirty-one kilograms."),
    ("Can you gift-wrap a kettle?", "We wrap it in blue paper for a small fee."),
    ("Where do I find my invoice?", "Every invoice lies in the archive under the order number."),
    ("Is this sofa fireproof?", "Its cover meets the usual standard for furniture at home."),
    ("What is your newsletter about?", "Once a month it shows new tools and workshop dates."),
    ("May my dog come along?", "Dogs on a leash are welcome everywhere except the bakery."),
    ("When will blue mugs be back?", "Blue mugs return in the third week of March."),
    ("Why was my coupon refused?", "Coupons expire after a year, and yours began in spring."),
    ("Do ladders need a permit?", "Nobody needs a permit for ladders below six metres."),
)


def example(question: str, answer: str, form: Form) -> dict[str, object]:
    """One sound example."""
    asked = {"role": "user", "content": question}
    answered = {"role": "assistant", "content": answer}
    match form:
        case "chat":
            return {"messages": [asked, answered]}
        case "preference":
            other = {"role": "assistant", "content": f"Let me think about it: {question.lower()}"}
            return {
                "input": {"messages": [asked]},
                "preferred_output": [answered],
                "non_preferred_output": [other],
            }
        case "reinforcement":
            return {"messages": [asked], "reference": answer}
        case "prompt_response":
            return {"prompt": question, "completion": answer}
        case "text":
            return {"text": f"{question} {answer}"}


def sound_lines(many: int, form: Form) -> list[bytes]:
    """`many` different lines (at most 22)."""
    return [
        json.dumps(example(question, answer, form), ensure_ascii=False).encode()
        for question, answer in PAIRS[:many]
    ]
