"""Hypothesis strategies for messages about data, ordinary and the worst that may come."""

from hypothesis import strategies as st

from bot.datasets.repair.kinds import KINDS
from bot.facts import notices
from bot.facts.notice import Notice
from tests.strategies import code, data_id, data_ref, job, params, small, text, word

notice: st.SearchStrategy[Notice] = st.one_of(
    st.builds(
        notices.DataRepaired,
        dataset=data_id,
        name=text,
        counts=st.dictionaries(st.sampled_from(KINDS), small, max_size=8),
        lines=st.dictionaries(st.sampled_from(KINDS), st.lists(small, max_size=20).map(tuple), max_size=8),
        left=small,
    ),
    st.builds(
        notices.DataFileFailed,
        dataset=data_id,
        name=text,
        what=st.sampled_from(["report", "repaired", "suspects"]),
        code=code,
        params=params,
    ),
    st.builds(
        notices.DataSuspects,
        job=job,
        data=data_ref,
        own=st.booleans(),
        lines=st.lists(small, max_size=20).map(tuple),
        count=small,
        cut=st.booleans(),
        categories=st.dictionaries(word, small, max_size=6),
        unknown=st.lists(word, max_size=6).map(tuple),
    ),
)
