"""How the set is spoken about, and looked up again."""

from collections.abc import Callable, Mapping, Sequence

from bot.datasets.rules.base import Note

At = Callable[[int | None], Note]
"""What findings on a line (from 1; None = the file as a whole) are reported to."""
Reread = Callable[[Sequence[int]], Mapping[int, bytes]]
"""Lines again, by number, as they stand in the file. Lines may be left out (too long): their hashes are believed."""
