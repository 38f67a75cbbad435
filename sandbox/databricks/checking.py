"""The data check of the training stack: the first thing wrong ends the run (contract 1 and 6)."""

import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import msgspec

from sandbox.common.tokens import count_tokens
from sandbox.training.data import Dataset, Turn

_ROLES: Final = frozenset({"system", "user", "assistant", "tool"})
_RESPONSES: Final = frozenset({"response", "completion"})
_LONGEST_LINE: Final = 8 << 20
_PIECE: Final = 2_000


class DataRefusedError(Exception):
    """The data is wrong; the arguments are the class's name in the training stack, and its sentence."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(name, sentence)
        self.name = name
        self.sentence = sentence


class DataCheck:
    """Reads the files of one data set in slices. `tokens` are those of all texts."""

    def __init__(self, task: str, paths: Sequence[Path], *, system_role: bool) -> None:
        """Raises OSError with the first slice when a file cannot be read."""
        self.dataset = Dataset()
        self.tokens = 0
        self._system_role = system_role
        self._decode = msgspec.json.Decoder().decode
        self._rows = self._pieces(paths) if task == "CONTINUED_PRETRAIN" else self._examples(task, paths)

    def run(self, seconds: float) -> bool:
        """Check for about this long; True when all is checked. Raises DataRefusedError."""
        deadline = time.perf_counter() + seconds
        for turns in self._rows:
            self.dataset.add(turns)
            self.tokens += sum(count_tokens(turn.text) for turn in turns)
            if time.perf_counter() > deadline:
                return False
        return True

    def _examples(self, task: str, paths: Sequence[Path]) -> Iterator[Sequence[Turn]]:
        read = self._chat if task == "CHAT_COMPLETION" else _instruction
        for path in paths:
            with path.open("rb") as body:
                while line := body.readline(_LONGEST_LINE):
                    if not line.strip():
                        continue
                    try:
                        row = self._decode(line)
                    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                        raise DataRefusedError(
                            "InvalidDatasetError", "The dataset could not be read: a line is not valid JSON."
                        ) from error
                    yield read(row)

    def _pieces(self, paths: Sequence[Path]) -> Iterator[Sequence[Turn]]:
        for path in paths:
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError as error:
                raise DataRefusedError(
                    "CannotUnicodeDecodeFile", "The text file could not be decoded as UTF-8."
                ) from error
            for at in range(0, len(text), _PIECE):
                yield [Turn(text[at : at + _PIECE], learnt=True)]

    def _chat(self, row: Any) -> list[Turn]:
        messages = _messages(row)
        if len(messages) < 2:
            raise DataRefusedError("NotEnoughChatDataError", "Chat example must have at least two messages")
        turns = [_turn(message) for message in messages]
        roles = [message["role"] for message in messages]
        if roles[-1] != "assistant":
            raise DataRefusedError(
                "InvalidLastChatMessageRoleError",
                f"Invalid last message role: {roles[-1]}. Expected one of: ['assistant']",
            )
        if "system" in roles[1:] or (roles[0] == "system" and not self._system_role):
            raise DataRefusedError(
                "ChatTemplateError",
                "Failed to apply the chat template: the system role is not supported here.",
            )
        for before, role in pairwise(roles):
            if before == role:
                raise DataRefusedError(
                    "ConsecutiveRepeatedChatRolesError",
                    f"Conversation roles must alternate but found {role} repeated consecutively.",
                )
        return turns


def _messages(row: Any) -> list[Any]:
    if isinstance(row, list):
        return row
    if not isinstance(row, dict):
        raise DataRefusedError(
            "InvalidExampleTypeError", f"Expected example to be a mapping, but found {_type(row)}"
        )
    if set(row) != {"messages"}:
        raise _unknown_keys(row)
    if not isinstance(row["messages"], list):
        raise DataRefusedError(
            "InvalidConversationError", f"Expected messages to be a list, but found {_type(row['messages'])}"
        )
    return row["messages"]


def _turn(message: Any) -> Turn:
    if not isinstance(message, dict):
        raise DataRefusedError(
            "InvalidMessageTypeError", f"Expected message to be a mapping, but found {_type(message)}"
        )
    if len(message) != 2 or set(message) != {"role", "content"}:
        raise DataRefusedError(
            "IncorrectMessageKeyQuantityError", f"Expected 2 keys in message, but found {len(message)}"
        )
    role, content = message["role"], message["content"]
    if not isinstance(role, str) or role not in _ROLES:
        raise DataRefusedError(
            "InvalidRoleError", f"Expected role to be one of: {sorted(_ROLES)} but found: {role}"
        )
    if not isinstance(content, str):
        raise DataRefusedError(
            "InvalidContentTypeError", f"Expected content to be a string, but found {_type(content)}"
        )
    return Turn(content, role == "assistant")


def _instruction(row: Any) -> list[Turn]:
    if not isinstance(row, dict):
        raise DataRefusedError(
            "InvalidExampleTypeError", f"Expected example to be a mapping, but found {_type(row)}"
        )
    responses = [key for key in row if key in _RESPONSES]
    if "prompt" not in row and not responses:
        raise _unknown_keys(row)
    if "prompt" not in row or len(responses) != 1:
        raise DataRefusedError(
            "InvalidPromptResponseKeysError",
            f"Expected one prompt key and one response key, but found {sorted(row)}",
        )
    prompt, response = row["prompt"], row[responses[0]]
    if not isinstance(prompt, str):
        raise DataRefusedError(
            "InvalidPromptTypeError", f"Expected prompt to be a string, but found {_type(prompt)}"
        )
    if not isinstance(response, str):
        raise DataRefusedError(
            "InvalidResponseTypeError", f"Expected response to be a string, but found {_type(response)}"
        )
    return [Turn(prompt, learnt=False), Turn(response, learnt=True)]


def _unknown_keys(row: dict[str, Any]) -> DataRefusedError:
    return DataRefusedError(
        "UnknownExampleTypeError",
        f"Found keys {{{', '.join(repr(key) for key in sorted(row))}}} in dataset. Unknown example type. For prompt "
        "and response finetuning, the valid prompt keys are {'prompt'} and the valid response keys are "
        "{'completion', 'response'}. For chat finetuning, the allowed keys are {'messages'}",
    )


def _type(value: Any) -> str:
    return type(value).__name__
