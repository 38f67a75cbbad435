"""What is read from texts: addresses of data and of models, hyperparameters, rights."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.azure_ml import Switches
from sandbox.azure_ml.catalogue import MODELS, named
from sandbox.azure_ml.data_uri import UnresolvedError, resolve
from sandbox.azure_ml.job_life import chosen
from sandbox.azure_ml.job_request import HYPERPARAMETERS
from sandbox.azure_ml.options import PROVIDER, ROLES
from sandbox.azure_ml.roles import allows, permissions
from sandbox.azure_ml.stamps import Stamps
from sandbox.azure_ml.workspace import Workspaces
from tests.sandbox.azure_ml.stand import LLAMA, PHI

START = datetime(2026, 11, 22, tzinfo=UTC)
PATHS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=40)
WORKSPACE = next(iter(Workspaces((LLAMA, PHI), Stamps(START, START))))


@given(PATHS)
def test_both_forms_of_a_path_lead_to_the_same_place(path: str) -> None:
    short = f"azureml://datastores/workspaceblobstore/paths/{path}"
    place = f"subscriptions/{LLAMA.subscription_id}/resourcegroups/{LLAMA.resource_group}"
    long = f"azureml://{place}/workspaces/{LLAMA.name}/datastores/workspaceblobstore/paths/{path}"
    found = resolve(WORKSPACE, short)
    assert found.path == path
    assert found == resolve(WORKSPACE, long)
    with pytest.raises(UnresolvedError):
        resolve(WORKSPACE, long.replace(LLAMA.name, PHI.name, 1))


@given(st.text(max_size=60))
def test_other_texts_lead_nowhere(text: str) -> None:
    with pytest.raises(UnresolvedError):
        resolve(WORKSPACE, f"x{text}")


@given(
    st.dictionaries(
        st.sampled_from([*sorted(HYPERPARAMETERS), "colour"]),
        st.one_of(st.text(max_size=8), st.integers().map(str), st.floats().map(str)),
        max_size=4,
    )
)
def test_hyperparameters_are_read_or_refused_with_a_sentence(sent: dict[str, str]) -> None:
    try:
        found = chosen(sent, 2e-5)
    except ValueError as error:
        assert str(error).endswith(".")  # noqa: PT017 - one of two outcomes
        return
    assert "colour" not in sent
    assert found.epochs == int(sent.get("num_train_epochs", "1")) >= 1
    assert found.rate > 0


@given(st.sampled_from(MODELS), st.one_of(st.none(), st.integers(1, 99).map(str)))
def test_addresses_of_registries(model: object, version: str | None) -> None:
    one = next(known for known in MODELS if known is model)
    found = named(one.uri + (f"/versions/{version}" if version else ""))
    assert found is not None
    assert (found.model, found.version) == (one, version)
    assert named(f"{one.uri}/labels/latest") is None


@given(st.sampled_from(ROLES), st.booleans())
def test_a_reader_never_writes_and_nobody_does_nothing(role: str, market: bool) -> None:
    switches = Switches(role=role, marketplace_rights=market)
    write, read = f"{PROVIDER}/workspaces/jobs/write", f"{PROVIDER}/workspaces/jobs/read"
    assert allows(switches, write) == (role not in {"reader", "none"})
    assert allows(switches, read) == (role != "none")
    secret = f"{PROVIDER}/workspaces/datastores/listSecrets/action"
    assert allows(switches, secret) == (role in {"owner", "developer"})
    sign = "Microsoft.MarketplaceOrdering/agreements/offers/plans/sign/action"
    assert allows(switches, sign) == (role == "owner" and market)
    assert bool(permissions(switches)) == (role != "none")
