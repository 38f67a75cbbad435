"""What `tunesmith check` tells who runs the bot: settings and variables, and nobody else to be asked."""

import string

import pytest

from bot.facts.jobs import FailureFacts
from handlers.wording import errors, operating, requirements
from handlers.wording.error_tables import azure_ai, azure_ai_hosting, databricks_hosting, hosting, storage
from providers.codes import CODES

TABLE, BEGIN = "connections.dbx-eus", "TUNESMITH_CONNECTION_DBX_EUS"
TABLES = (azure_ai, azure_ai_hosting, databricks_hosting, hosting, storage)
SHOWN = sorted({*CODES, *(code for table in TABLES for code in table.SENTENCES["en"])} - {
    # answers to somebody in Slack who names a blob: `check` reads only what is configured
    "storage_unknown", "storage_none", "container_refused",
})  # fmt: skip
NEEDS = sorted({*azure_ai_hosting.REQUIREMENTS["en"], *databricks_hosting.REQUIREMENTS["en"]})
PARAMS = {"role": "Reader", "setting": "client_id", "account": "acct", "secret": "s", "grant": "az role …"}


@pytest.mark.parametrize("code", [*SHOWN, "a_code_that_nobody_knows"])
def test_who_runs_the_bot_is_not_sent_to_who_runs_the_bot(code: str) -> None:
    said = operating.explain(code, PARAMS, "en", table=TABLE, begin=BEGIN, provider="databricks")
    assert said.remedy
    assert "hoever runs the bot" not in f"{said.meaning} {said.remedy}"
    other = errors.explain(code, PARAMS, "en", provider="databricks")
    assert (said.happened, said.meaning) == (other.happened, other.meaning)


@pytest.mark.parametrize("name", NEEDS)
def test_nor_for_what_a_training_needs(name: str) -> None:
    failure = FailureFacts(kind=requirements.KIND, code=name, params={**PARAMS, "what": "x"})
    said = operating.to_operator(
        requirements.explain(failure, "en", "Databricks"), name, failure.params, "en", table=TABLE
    )
    assert said.remedy
    assert "hoever runs the bot" not in f"{said.meaning} {said.remedy}"


@pytest.mark.parametrize("code", sorted(operating.REMEDIES["en"]))
def test_every_remedy_is_of_a_known_code_and_finds_its_values(code: str) -> None:
    assert errors.is_known(code) or requirements.is_known(code)
    named = {name for _, name, _, _ in string.Formatter().parse(operating.REMEDIES["en"][code]) if name}
    assert named <= {"table", "begin", "role_name", "grant_hint", "setting", "account", "secret"}


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("key_refused", f"{BEGIN}_KEY"),
        ("client_secret_expired", f"{BEGIN}_CLIENT_SECRET"),
        ("endpoint_not_found", f"{TABLE}.endpoint"),
        ("credential_incomplete", f"{TABLE}.client_id"),
        ("volume_unknown", f"{TABLE}.options.volume"),
        ("tls_failed", "network.ca_bundle"),
    ],
)
def test_the_setting_or_the_variable_is_named(code: str, named: str) -> None:
    assert named in operating.explain(code, PARAMS, "en", table=TABLE, begin=BEGIN).remedy
