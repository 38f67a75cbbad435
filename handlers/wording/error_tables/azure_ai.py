"""Placeholder of the lead until the part that owns this file fills it (replace all of it)."""

from collections.abc import Mapping

SENTENCES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {"en": {}}
REQUIREMENTS: Mapping[str, Mapping[str, tuple[str, str, str]]] = {"en": {}}
