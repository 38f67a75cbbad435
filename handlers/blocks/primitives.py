"""Blocks and elements that cannot break Slack's limits (contracts/slack.md section 3.1).

Texts that end in `markup` are mrkdwn that is escaped already (`handlers.wording.markup`); everything else is
plain text and may come from anywhere.
"""

from collections.abc import Iterable, Mapping, Sequence

from handlers.wording.markup import ELLIPSIS, clip, plain_text, units

Block = dict[str, object]
Element = dict[str, object]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
SECTION_TEXT = 3000
OPTIONS = 100


def mrkdwn(markup: str, limit: int = SECTION_TEXT) -> Element:
    """A mrkdwn object; `verbatim` keeps Slack from linking names and addresses in what others wrote."""
    return {"type": "mrkdwn", "text": cut(markup, limit) or " ", "verbatim": True}


def plain(text: str, limit: int) -> Element:
    """A plain_text object; emoji codes in it stay text."""
    return {"type": "plain_text", "text": plain_text(text, limit), "emoji": False}


def cut(markup: str, limit: int) -> str:
    """Markup within a limit: whole lines are dropped from the end, and never half an entity is left."""
    if units(markup) <= limit:
        return markup
    kept: list[str] = []
    used = 0
    for line in markup.split("\n"):
        if used + units(line) + 1 > limit - 2:
            break
        kept.append(line)
        used += units(line) + 1
    if kept:
        return "\n".join([*kept, ELLIPSIS])
    words: list[str] = []
    used = 0
    for word in markup.split(" "):
        if used + units(word) + 1 > limit - 2:
            break
        words.append(word)
        used += units(word) + 1
    return " ".join(words) + ELLIPSIS


def section(markup: str, accessory: Element | None = None, block_id: str | None = None) -> Block:
    """A paragraph, with at most one element at its right."""
    block: Block = {"type": "section", "text": mrkdwn(markup)}
    if accessory is not None:
        block["accessory"] = accessory
    if block_id is not None:
        block["block_id"] = clip(block_id, 255)
    return block


def fields(pairs: Sequence[tuple[str, str]]) -> list[Block]:
    """Name and value in two columns, ten to a block: `(plain name, value markup)`."""
    shown = [mrkdwn(f"*{name}*\n{value}", 2000) for name, value in pairs if value]
    return [{"type": "section", "fields": shown[at : at + 10]} for at in range(0, len(shown), 10)]


def context(*markups: str) -> Block:
    """Small grey print; empty parts are left out."""
    shown = [part for part in markups if part][:10]
    return {"type": "context", "elements": [mrkdwn(part, 2000) for part in shown] or [mrkdwn(" ")]}


def footer(*parts: str) -> list[Block]:
    """One line of small print with `·` between its parts, or nothing."""
    text = " · ".join(part for part in parts if part)
    return [context(text)] if text else []


def header(text: str) -> Block:
    """A heading."""
    return {"type": "header", "text": plain(text, 150)}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def actions(elements: Iterable[Element], block_id: str | None = None) -> list[Block]:
    """A row of buttons, or nothing without any."""
    shown = list(elements)[:25]
    if not shown:
        return []
    block: Block = {"type": "actions", "elements": shown}
    if block_id is not None:
        block["block_id"] = clip(block_id, 255)
    return [block]


def button(
    text: str,
    action_id: str,
    value: str = "",
    *,
    style: str | None = None,
    confirm: Element | None = None,
    url: str | None = None,
) -> Element:
    """A button; `style` is `primary` or `danger`. Values are ids of ours and never cut in practice."""
    element: Element = {"type": "button", "text": plain(text, 75), "action_id": action_id}
    if value:
        element["value"] = clip(value, 2000)
    if style:
        element["style"] = style
    if confirm:
        element["confirm"] = confirm
    if url:
        element["url"] = url
    return element


def confirm(title: str, text: str, yes: str, no: str, *, danger: bool = False) -> Element:
    """The question before a button does something; plain text throughout."""
    element: Element = {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
    }
    if danger:
        element["style"] = "danger"
    return element


def option(text: str, value: str, note: str = "", url: str | None = None) -> Element:
    """One choice; `value` must fit 150 characters, `usable` tells."""
    element: Element = {"text": plain(text, 75), "value": value}
    if note:
        element["description"] = plain(note, 75)
    if url:
        element["url"] = url
    return element


def usable(value: str) -> bool:
    """Whether Slack takes this as the value of an option; one that was cut would be another thing."""
    return 0 < units(value) <= 150


def overflow(action_id: str, options: Sequence[Element]) -> Element:
    """The `⋯` menu: at most five options, shown without a heading."""
    return {"type": "overflow", "action_id": action_id, "options": list(options)[:5]}


def select(
    action_id: str, options: Sequence[Element], initial: str | None = None, placeholder: str = ""
) -> Element:
    """A menu of at most 100 options with one chosen when `initial` is among them."""
    shown = list(options)[:OPTIONS]
    element: Element = {"type": "static_select", "action_id": action_id, "options": shown}
    chosen = next((one for one in shown if one["value"] == initial), None)
    if chosen is not None:
        element["initial_option"] = chosen
    if placeholder:
        element["placeholder"] = plain(placeholder, 150)
    return element


def web_url(address: str) -> str | None:
    """The address when a button may lead there: http or https, no blanks, within Slack's length."""
    if not address.startswith(("https://", "http://")) or any(mark.isspace() for mark in address):
        return None
    return address if units(address) <= 3000 else None


def sections(lines: Sequence[str], limit: int = SECTION_TEXT) -> list[Block]:
    """Lines of markup in as few sections as hold them."""
    packed: list[list[str]] = []
    used = 0
    for line in lines:
        length = units(line) + 1
        if not packed or used + length > limit:
            packed.append([])
            used = 0
        packed[-1].append(line)
        used += length
    return [section("\n".join(part)) for part in packed]


def at_most(blocks: Sequence[Block], limit: int, more: str) -> list[Block]:
    """Blocks within the limit; what does not fit is replaced by one line that says so."""
    if len(blocks) <= limit:
        return list(blocks)
    return [*blocks[: limit - 1], context(more)]


def as_message(blocks: Sequence[Block]) -> tuple[Mapping[str, object], ...]:
    """Blocks of a message, never more than Slack takes."""
    return tuple(at_most(blocks, MESSAGE_BLOCKS, ELLIPSIS))
