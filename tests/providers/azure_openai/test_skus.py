"""SKUs as a menu shows them."""

import pytest

from providers.azure_openai.skus import SKUS, SkuFacts

SHOWN_IN_A_MENU = 75
"""Characters of an option's text and of its description (contracts/slack.md section 3.1)."""


@pytest.mark.parametrize("sku", SKUS, ids=lambda sku: sku.id)
def test_a_menu_shows_all_of_what_a_sku_is(sku: SkuFacts) -> None:
    assert len(sku.label) <= SHOWN_IN_A_MENU
    assert len(sku.hint) <= SHOWN_IN_A_MENU
