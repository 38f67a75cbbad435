"""Small files for the methods that learn from more than a conversation."""

import json
from typing import Any

DPO_MODEL, RFT_MODEL = "gpt-4.1-mini-2025-04-14", "o4-mini-2025-04-16"
EXACT: dict[str, Any] = {
    "type": "string_check",
    "name": "exact",
    "input": "{{sample.output_text}}",
    "reference": "{{item.answer}}",
    "operation": "eq",
}
CLOSE: dict[str, Any] = {
    "type": "text_similarity",
    "name": "close",
    "input": "{{sample.output_text}}",
    "reference": "{{item.answer}}",
    "evaluation_metric": "fuzzy_match",
}


def lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def preferences(count: int) -> bytes:
    """Questions with a wanted and an unwanted answer."""
    return lines(
        [
            {
                "input": {"messages": [{"role": "user", "content": f"Is it {n}?"}]},
                "preferred_output": [{"role": "assistant", "content": "Yes, of course."}],
                "non_preferred_output": [{"role": "assistant", "content": "Ask somebody else."}],
            }
            for n in range(count)
        ]
    )


def prompts(count: int) -> bytes:
    """Questions whose right answers are few and short."""
    return lines(
        [
            {
                "messages": [{"role": "user", "content": f"Colour of thing {n}?"}],
                "answer": "blue" if n % 2 else "red",
            }
            for n in range(count)
        ]
    )


def dpo(**hyperparameters: Any) -> dict[str, Any]:
    return {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 2, "batch_size": 4, **hyperparameters}}}


def reinforcement(grader: dict[str, Any], **hyperparameters: Any) -> dict[str, Any]:
    inner = {"grader": grader, "hyperparameters": hyperparameters}
    return {"type": "reinforcement", "reinforcement": inner}
