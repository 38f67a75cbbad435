"""Sample files for the page: written from templates when they are asked for, the same bytes every time."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from sandbox.samples import make, methods, services


class Sample(NamedTuple):
    """One sample file as the page lists it; `bytes` is its size."""

    name: str
    description: str
    bytes: int


_MAKERS: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "support_train.jsonl": ("120 conversations of a lamp shop's help desk, sound", make.support_train),
    "support_valid.jsonl": ("30 more of them, to validate with", make.support_valid),
    "faulty.jsonl": ("broken JSON, missing content, wrong role, weight 2, cut off at the end", make.faulty),
    "too_few.jsonl": ("9 sound conversations, a job needs 10", make.too_few),
    "tiny_overfit_train.jsonl": ("12 conversations, learnt by heart within a few epochs", make.tiny_overfit_train),
    "harmful.jsonl": ("sound in form, refused by the responsible-AI data check", make.harmful),
    "unsafe_model.jsonl": ("passes the data check, the trained model fails its safety evaluation", make.unsafe_model),
    "japanese_train.jsonl": ("60 conversations in Japanese, sound", make.japanese_train),
    "preference_train.jsonl": ("DPO: 80 questions, each with a wanted and an unwanted answer", methods.preferences),
    "graded_train.jsonl": ("Reinforcement: 60 mails to sort, each with the right answer", methods.prompts),
    "graded_valid.jsonl": ("20 more of them, to validate with", methods.prompts_valid),
    "llama_chat_train.jsonl": ("Llama: 80 conversations with a system message, sound", services.llama_train),
    "phi_chat_train.jsonl": ("Phi: 80 conversations of user and assistant, sound", services.phi_train),
    "databricks_chat_train.jsonl": ("Databricks: 90 conversations by turns, sound", services.databricks_chat),
    "databricks_chat_valid.jsonl": ("20 more of them, to evaluate with", services.databricks_chat_valid),
    "databricks_instruction_train.jsonl": ("Databricks: 100 prompts and responses, sound", services.instructions),
    "databricks_handbook.txt": ("Databricks: plain text to go on pretraining with", services.handbook),
    "databricks_faulty.jsonl": ("Databricks: two messages of the user in a row", services.databricks_faulty),
    "large_train.jsonl": ("24,000 conversations, more than 10 MB", make.large_train),
}  # fmt: skip


@lru_cache(maxsize=len(_MAKERS))
def read(name: str) -> bytes:
    """The content of a sample file. Raises KeyError for an unknown name."""
    return _MAKERS[name][1]()


@lru_cache(maxsize=1)
def catalogue() -> list[Sample]:
    """All sample files, in the order in which a newcomer wants them."""
    return [Sample(name, description, len(read(name))) for name, (description, _) in _MAKERS.items()]
