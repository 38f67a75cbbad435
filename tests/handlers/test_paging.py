"""Pages of lists: what a button carries comes back as it was, whatever else comes is the first page of mine."""

from hypothesis import given
from hypothesis import strategies as st

from handlers.paging import Paged

SCOPES = st.sampled_from(["mine", "all"])


@given(SCOPES, st.integers(0, 10**8), st.text(max_size=80).filter(lambda one: ":" not in one))
def test_what_a_button_carries_comes_back(scope: str, offset: int, where: str) -> None:
    page = Paged("all" if scope == "all" else "mine", 0, where)
    assert Paged.read(page.at(offset)) == Paged(page.scope, offset, where)
    assert Paged.read(page.of("all")) == Paged("all", 0, where)


@given(st.text(max_size=40))
def test_anything_else_is_a_page_all_the_same(value: str) -> None:
    page = Paged.read(value)
    assert page.scope in ("mine", "all")
    assert 0 <= page.offset < 10**9
