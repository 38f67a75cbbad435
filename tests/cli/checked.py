"""`tunesmith check` with the sandbox's configuration, and what came out of it."""

import asyncio
import io
import os
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from bot import cli
from sandbox.config_out import bot_config, identity_environment


@dataclass(frozen=True, slots=True)
class Checked:
    """What came out. `lines` are the looks, each with its remedy."""

    code: int
    out: str
    err: str

    def lines(self) -> list[str]:
        """A line for each look, its parts joined by ` | `."""
        return self.out.replace("\n          ", " | ").splitlines()

    def look(self, what: str) -> str:
        """The one look whose line has `what` in it."""
        found = [line for line in self.lines() if what in line]
        assert len(found) == 1, f"{what!r} in {found} of\n{self.out}{self.err}"
        return found[0]


async def checked(
    url: str, folder: Path, *words: str, change: Callable[[str], str] = str, **variables: str
) -> Checked:
    """Run the command in a thread of this process, so that the sandbox goes on answering.

    `change` is applied to the configuration's text; `variables` are set beside it.
    """
    config = folder / "tunesmith.toml"
    config.write_text(change(bot_config(url, folder / "state")), encoding="utf-8")
    out, err = io.StringIO(), io.StringIO()
    environment = {**identity_environment(url), **variables}
    with patch.dict(os.environ, environment), redirect_stdout(out), redirect_stderr(err):
        code = await asyncio.to_thread(cli.main, ["check", "--config", str(config), *words])
    return Checked(code, out.getvalue(), err.getvalue())
