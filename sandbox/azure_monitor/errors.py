"""What Monitor answers when it refuses: a flat body, unlike Resource Manager's (contract 3.3)."""

from typing import Any


class MonitorError(Exception):
    """A query that cannot be carried out: 400 with `code` and `message` at the top.

    `values` fill the places of the template."""

    def __init__(self, template: str, *values: object) -> None:
        super().__init__(template)
        self.status = 400
        self.message = template.format(*values)

    def body(self) -> dict[str, Any]:
        """`{"code", "message"}`."""
        return {"code": "BadRequest", "message": self.message}
