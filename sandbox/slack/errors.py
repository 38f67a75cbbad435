"""How the stand-in refuses: Slack's own error words."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.slack.blocks.rules import Refusal


class SlackError(Exception):
    """An answer `{"ok": false, "error": code, …}`; `fields` stand beside the code, `status` is HTTP's."""

    def __init__(
        self,
        code: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.headers = dict(headers or {})
        self.fields = fields

    def body(self) -> dict[str, Any]:
        """The body of the answer."""
        return {"ok": False, "error": self.code, **self.fields}


def refused_blocks(refusals: Iterable[Refusal]) -> SlackError:
    """`invalid_blocks` with the pointers in `errors` and `response_metadata.messages`."""
    words = [f"{message} [json-pointer:{pointer}]" for pointer, message in refusals]
    messages = [f"[ERROR] {word}" for word in words]
    return SlackError("invalid_blocks", errors=words, response_metadata={"messages": messages})


def refused_view(refusals: Iterable[Refusal]) -> SlackError:
    """`invalid_arguments`, as the methods of the family `views.` answer, with the pointers."""
    messages = [f"[ERROR] {message} [json-pointer:{pointer}]" for pointer, message in refusals]
    return SlackError("invalid_arguments", response_metadata={"messages": messages})
