"""What the month cost so far."""

from collections.abc import Sequence

from bot.chat import Rendered
from bot.facts.deploy_forms import CostFacts, CostLine
from bot.facts.jobs import Money
from handlers.blocks.primitives import Block, as_message, divider, footer, section, sections
from handlers.wording import numbers
from handlers.wording.looking_back import say
from handlers.wording.markup import fallback, inline, mention

_SHOWN = 25


def build(facts: CostFacts, locale: str) -> Rendered:
    """Totals first, then the dearest."""
    title = say("costs", locale, month=inline(facts.month, 20))
    if not facts.lines:
        nothing = say("costs_none", locale)
        return Rendered(fallback(title, nothing), as_message([section(title), section(nothing)]))
    sums = {
        kind: _sum(facts.lines, kind, money.currency)
        for kind, money in (("hosting", facts.hosting), ("training", facts.training))
        if money is not None
    }
    sleeping = any(one.sleeps for one in facts.lines)
    totals = [
        say(kind, locale, amount=_most(numbers.amount(*one), locale, most=sleeping and kind == "hosting"))
        for kind, one in sums.items()
    ]
    if facts.hosting is not None and facts.training is not None:
        both = sum(numbers.rounded(amount) for amount, _ in sums.values())
        whole = numbers.amount(both, facts.hosting.currency)
        totals.append(say("together", locale, amount=_most(whole, locale, most=sleeping)))
    if any(one.so_far is None and one.estimated is not None for one in facts.lines):
        totals.append(say("with_estimates", locale))
    if facts.cap is not None:
        totals.append(say("cap", locale, amount=_amount(facts.cap)))
    lines = [_line(one, locale) for one in facts.lines[:_SHOWN]]
    blocks: list[Block] = [section("\n".join([title, " · ".join(totals)])), divider(), *sections(lines)]
    if len(facts.lines) > _SHOWN:
        blocks.append(section(say("not_shown", locale, count=f"{len(facts.lines) - _SHOWN:,}")))
    if facts.unknown:
        blocks.append(section(say("unknown", locale, count=f"{facts.unknown:,}")))
    sources = dict.fromkeys(
        numbers.price_source(one.source, one.as_of, locale)
        for one in (facts.hosting, facts.training)
        if one is not None and one.source
    )
    blocks += footer(say("hours_most" if sleeping else "hours", locale), *sources)
    return Rendered(fallback(title, " · ".join(totals), *lines), as_message(blocks))


def _sum(lines: Sequence[CostLine], kind: str, currency: str) -> tuple[float, str]:
    """All lines of a kind as they are shown, so that whoever adds them up finds the same."""
    known = [one.so_far or one.estimated for one in lines if one.kind == kind]
    return sum(numbers.rounded(one.high) for one in known if one and one.currency == currency), currency


def _amount(money: Money) -> str:
    return numbers.amount(money.high, money.currency)


def _most(amount: str, locale: str, *, most: bool) -> str:
    """An amount, or that it is the most that it can be."""
    return say("at_most", locale, amount=amount) if most else amount


def _line(one: CostLine, locale: str) -> str:
    known = one.so_far or one.estimated
    amount = _most(_amount(known), locale, most=one.sleeps) if known else say("no_price", locale)
    if one.so_far is None and one.estimated is not None:
        amount = say("estimated", locale, amount=amount)
    kind = "host_line" if one.kind == "hosting" else "train_line"
    title = inline(one.title, 100)
    head = say(
        kind,
        locale,
        dot="🟢" if one.kind == "hosting" else "•",
        title=title,
        label=inline(one.label, 20),
        amount=amount,
    )
    parts = [
        head,
        say("until_end", locale, amount=_most(_amount(one.whole_month), locale, most=one.sleeps))
        if one.whole_month and one.so_far and one.whole_month.high > one.so_far.high
        else "",
        say("idle", locale, amount=_most(_amount(one.idle), locale, most=one.sleeps))
        if one.idle and one.idle.high >= 0.01
        else "",
        mention(one.owner) if one.owner else "",
    ]
    return " · ".join(part for part in parts if part)
