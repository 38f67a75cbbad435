"""Logging: one line per event, text or JSON, with every secret taken out."""

import json
import logging
from collections.abc import Iterable
from datetime import UTC, datetime

from providers.redact import redact


class Redacting(logging.Formatter):
    """Formats a record and redacts the whole line, tracebacks included."""

    def __init__(self, secrets: Iterable[str], *, json_lines: bool) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
        self._secrets = tuple(one for one in secrets if len(one) >= 6)
        self._json = json_lines

    def format(self, record: logging.LogRecord) -> str:
        """The line, safe to show."""
        line = self._line(record) if self._json else super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "[redacted]")
        return redact(line)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802  overrides logging's name
        """UTC with milliseconds."""
        del datefmt
        return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def _line(self, record: logging.LogRecord) -> str:
        data = {
            "at": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            data["trace"] = self.formatException(record.exc_info)
        return json.dumps(data, ensure_ascii=False)


def configure(level: str, *, json_lines: bool, secrets: Iterable[str]) -> None:
    """Log to standard error. The frameworks stay at INFO or above: at DEBUG they print payloads and tokens."""
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting(secrets, json_lines=json_lines))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in (
        "alembic",
        "slack_bolt",
        "slack_sdk",
        "httpx",
        "httpcore",
        "aiohttp",
        "azure",
        "apscheduler",
        "matplotlib",
    ):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
