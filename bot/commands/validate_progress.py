"""How far a long check or repair is: one line on standard error, where that is a terminal."""

import sys

_ERASE = "\r\x1b[K"


class Progress:
    """Shows a line and takes it away again; silent where standard error is no terminal."""

    def __init__(self) -> None:
        self._wanted = sys.stderr.isatty()
        self._shown = ""

    def show(self, line: str) -> None:
        """In the place of what was shown before."""
        if self._wanted and line != self._shown:
            sys.stderr.write(_ERASE + line)
            sys.stderr.flush()
            self._shown = line

    def clear(self) -> None:
        """Before anything else is written to the terminal."""
        if self._shown:
            sys.stderr.write(_ERASE)
            sys.stderr.flush()
            self._shown = ""
