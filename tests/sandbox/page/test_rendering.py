"""How the page's own modules turn Slack's texts and blocks into nodes, asked in Chromium."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.specs import specs_root

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

MRKDWN = [
    (
        "*bold* _italic_ ~struck~ `code`",
        "<strong>bold</strong> <em>italic</em> <s>struck</s> <code>code</code>",
    ),
    ("*_both_*", "<strong><em>both</em></strong>"),
    ("2*3*4 snake_case_word a~b~c", "2*3*4 snake_case_word a~b~c"),
    ("* not bold * and *open", "* not bold * and *open"),
    ("`*not bold*`", "<code>*not bold*</code>"),
    ("&lt;b&gt; &amp;amp;", "&lt;b&gt; &amp;amp;"),
    ("<!date^0^{nothing}|fallback>", "fallback"),
    ("`unclosed", "`unclosed"),
    (":no_such_emoji: 12:30:45", ":no_such_emoji: 12:30:45"),
]
RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [{"type": "text", "text": "*as is* <b>", "style": {"bold": True, "code": True}}],
        }
    ],
}
INLINE = """async text => {
  const { inline } = await import("/page/static/render/inline.js");
  const node = document.createElement("p");
  node.append(...inline(text));
  return node.innerHTML;
}"""
MRKDWN_TAGS = """async text => {
  const { mrkdwn } = await import("/page/static/render/mrkdwn.js");
  return mrkdwn(text).map(node => `${node.tagName.toLowerCase()}:${node.textContent}`);
}"""
BLOCKS = """async blocks => {
  const { blockList } = await import("/page/static/render/blocks/index.js");
  const { surface } = await import("/page/static/surface.js");
  const ctx = surface({ type: "view", view_id: "V0" });
  return blocks.map(block => {
    const node = blockList([block], ctx);
    return {
      unknown: node.querySelector(".unknown") !== null,
      empty: !node.textContent && !node.querySelector("input, textarea, img, svg, hr, button"),
    };
  });
}"""


async def test_inline_mrkdwn(page: Page) -> None:
    assert [(text, await page.evaluate(INLINE, text)) for text, _html in MRKDWN] == MRKDWN


async def test_links_mentions_and_dates(page: Page) -> None:
    text = (
        "<https://example.com/a_b_c|*a* label> <mailto:a@example.com|a@example.com> <javascript:alert(1)|no> "
        "<@U0APPROVE1> <#C0APPROVAL> <!subteam^S0MLLEADS> <!here> https://example.com/x_y_z?q=1, "
        "<!date^1795354223^{date_num}|then>"
    )
    await page.evaluate(
        """async text => {
          const { inline } = await import("/page/static/render/inline.js");
          const node = document.createElement("p");
          node.id = "probe";
          node.append(...inline(text));
          document.body.append(node);
        }""",
        text,
    )
    probe = page.locator("#probe")
    assert await probe.locator("a").evaluate_all("nodes => nodes.map(node => node.getAttribute('href'))") == [
        "https://example.com/a_b_c",
        "mailto:a@example.com",
        "https://example.com/x_y_z?q=1",
    ]
    assert await probe.locator(".mention").all_inner_texts() == [
        "@Ada Lindqvist",
        "#ml-approvals",
        "@ml-leads",
        "@here",
    ]
    assert await probe.locator("time").inner_text() in {"2026-11-22", "2026-11-23"}  # the browser's own zone
    assert await probe.locator("a[rel='noopener noreferrer'][target=_blank]").count() == 3


async def test_fences_quotes_and_lists(page: Page) -> None:
    text = "before\n```\nx &lt; 1 *y*\n```\n&gt; quoted\n&gt; twice\n• one\n• two\nafter"
    assert await page.evaluate(MRKDWN_TAGS, text) == [
        "p:before",
        "pre:x < 1 *y*",
        "blockquote:quotedtwice",
        "ul:•one•two",
        "p:after",
    ]


async def test_rich_text_is_not_parsed(page: Page) -> None:
    html = await page.evaluate(
        """async block => (await import("/page/static/render/richtext.js")).richText(block).innerHTML""", RICH
    )
    assert "<strong><code" in html
    assert "*as is* &lt;b&gt;" in html


def _blocks(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]


@pytest.mark.specs
async def test_every_block_and_element_of_the_corpus_is_known(page: Page) -> None:
    valid = specs_root() / "slack" / "block-kit" / "fixtures" / "valid"
    blocks = _blocks(valid / "blocks")
    inputs = [element for element in _blocks(valid / "elements") if element["type"] not in {"image", "url"}]
    blocks += [{"type": "actions", "elements": [element]} for element in inputs]
    label = {"type": "plain_text", "text": "Label"}
    blocks += [{"type": "input", "label": label, "element": element} for element in inputs]
    rendered = await page.evaluate(BLOCKS, blocks)
    wrong = [block for block, one in zip(blocks, rendered, strict=True) if one["unknown"] or one["empty"]]
    assert wrong == []
