"""An amount with its unit (`3ep`) that was typed otherwise: what to write instead, or how much is possible."""

import re
from typing import Final

from bot.facts.forms import AmountUnit, FieldSpec
from handlers.wording.modals import say

_TYPED: Final = re.compile(r"\s*([+-]?[0-9][0-9_,\s]*?)\s*([a-z]*)\s*", re.ASCII | re.IGNORECASE)
_LONGEST: Final = 30


def misread(given: str, spec: FieldSpec, locale: str) -> str:
    """What is wrong with `given`, which is not in the form of `spec.units`; "" where nothing better is known than the
    form itself."""
    found = _TYPED.fullmatch(given) if len(given) <= _LONGEST else None
    if found is None:
        return ""
    count = int(re.sub(r"[_,\s]", "", found[1]))
    meant = [one for one in spec.units if not found[2] or _is(one, found[2].lower())]
    if not meant:
        return ""
    if count < 1:
        return say("e_amount_small", locale, {"least": f"1{meant[0].sign}"})
    able = [one for one in meant if count <= one.maximum]
    if not able:
        top = meant[-1]
        return say(
            "e_amount_large",
            locale,
            {"word": top.word, "write": f"{top.maximum}{top.sign}"},
            most=f"{top.maximum:,}",
        )
    if len(able) == 1:
        return say("e_amount", locale, {"write": f"{count}{able[0].sign}", "given": given.strip()})
    each = " · ".join(f"{count}{one.sign} ({one.word})" for one in able)
    return say("e_amount_which", locale, {"each": each, "given": given.strip()})


def _is(unit: AmountUnit, typed: str) -> bool:
    return unit.word.startswith(typed) or typed.startswith(unit.sign)
