"""`[approvals]`, `[watch]`, `[[hosting]]` and where deployments are managed: what is taken, and what is refused."""

from decimal import Decimal

import pytest

from bot.config.approvals import DAYS
from tests.config.sample import SECRETS, SOUND, Loader, found, problems

ACCOUNT = "/subscriptions/s-1/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/res"
RULE = "[[approvals.rules]]\n"
AUTO = "[[approvals.auto]]\nname = 'small'\n"
FREEZE = "[[approvals.freezes]]\nreason = 'year end'\n"
HOSTING = "[[hosting]]\nmodel = '*'\nper_hour = 1.7\nsource = 'sheet'\nas_of = 2026-11-01\n"
BY_UNIT = HOSTING.replace("per_hour = 1.7", "per_unit_hour = 6.0\nunit_size = 980\nsku = 'AlwaysOn'")


def test_everything_that_can_be_said_about_approvals(given: Loader) -> None:
    settings = given(
        f"""{SOUND}
resource_id = "{ACCOUNT}"
management = "https://management.example"
management_scope = "https://management.example/.default"
[roles]
approvers = {{ users = ["U0ADA", "U0BRUNO"] }}
[approvals]
count = 2
training_above = 20
keep_above = "never"
break_glass = {{ users = ["U0ADA"] }}
[approvals.working_hours]
days = ["mon", "tue"]
start = 08:30:00
end = 16:00:00
time_zone = "Asia/Tokyo"
[[approvals.rules]]
kind = "keep"
connection = "prod-*"
count = 1
[[approvals.auto]]
name = "developer tier"
sku = "DeveloperTier"
[[approvals.freezes]]
start = 2026-12-20T18:00:00+01:00
end = 2027-01-07T08:00:00+01:00
reason = "year end"
[watch]
warn_days = [7, 1]
[[hosting]]
model = "gpt-4.1*"
connection = "prod-swc"
per_hour = 1.70
source = "price sheet"
as_of = 2026-11-01
"""
    )
    asked = settings.approvals
    assert (asked.training_above, asked.monthly_cap, asked.keep_above) == (Decimal(20), None, None)
    assert asked.working_hours.time_zone == "Asia/Tokyo"
    assert f"{asked.working_hours.start:%H:%M}" == "08:30"
    assert asked.freezes[0].start.utcoffset() is not None
    assert settings.watch.warn_days == (7, 1)
    price = settings.hosting_for("prod-swc", "gpt-4.1-mini-2025-04-14", "Standard")
    assert price is not None
    assert price.per_hour == Decimal("1.70")
    assert settings.connection("prod-swc").resource_id == ACCOUNT


def test_a_price_by_capacity_grows_with_it(given: Loader) -> None:
    price = given(BY_UNIT + SOUND).hosting_for("prod-swc", "llama", "alwayson")
    assert price is not None
    assert [price.hourly(one) for one in (980, 2 * 980, 490)] == [Decimal(6), Decimal(12), Decimal(3)]
    assert price.hourly(0) is None, "the service told no capacity: the price is not known, and not nothing"
    whole = given(HOSTING + SOUND).hosting_for("prod-swc", "llama", "AlwaysOn")
    assert whole is not None
    assert whole.hourly(0) == whole.hourly(5) == Decimal("1.7")


def test_the_usual(given: Loader) -> None:
    settings = given(SOUND)
    assert (settings.approvals.count, settings.approvals.keep_above) == (1, Decimal(0))
    assert settings.approvals.working_hours.days == DAYS[:5]
    assert settings.watch.warn_days == (5, 2, 1)


@pytest.mark.parametrize(
    ("extra", "place", "code"),
    [
        (RULE + "connection = 'prud-*'", "approvals.rules[1].connection", "fits_no_connection"),
        (RULE + RULE + "connection = 'x'", "approvals.rules[2].connection", "fits_no_connection"),
        (AUTO + "connection = 'dev*'", "approvals.auto[1].connection", "fits_no_connection"),
        (AUTO + "below = -1", "approvals.auto[1].below", "bad_price"),
        (RULE + "knd = 'keep'", "approvals.rules[1].knd", "unknown_key"),
        (RULE + "approvers = { user = [] }", "approvals.rules[1].approvers.user", "unknown_key"),
        (RULE + "kind = 'deploy'", "approvals.rules[1].kind", "not_one_of"),
        (RULE + "count = 0", "approvals.rules[1].count", "out_of_range"),
        (RULE + "count = 2\napprovers = { users = ['U0A'] }", "approvals.rules[1].count", "more_than_named"),
        (
            "[approvals]\ncount = 3\n" + RULE + "approvers = { users = ['U0A', 'U0A'] }",
            "approvals.rules[1].approvers",
            "more_than_named",
        ),
        (
            "[approvals]\ncount = 2\n[roles]\napprovers = { users = ['U0A'] }",
            "approvals.count",
            "more_than_named",
        ),
        (
            "[approvals.working_hours]\ntime_zone = 'Mars/Olympus'",
            "approvals.working_hours.time_zone",
            "bad_time_zone",
        ),
        (
            "[approvals.working_hours]\ntime_zone = '../etc/passwd'",
            "approvals.working_hours.time_zone",
            "bad_time_zone",
        ),
        ("[approvals.working_hours]\ndays = []", "approvals.working_hours.days", "no_days"),
        ("[approvals.working_hours]\ndays = ['monday']", "approvals.working_hours.days[1]", "not_one_of"),
        ("[approvals.working_hours]\nstart = 'late'", "approvals.working_hours.start", "wrong_type"),
        (
            "[approvals.working_hours]\nstart = 17:00:00\nend = 09:00:00",
            "approvals.working_hours.end",
            "end_not_after_start",
        ),
        (
            "[approvals.working_hours]\nstart = '18:00'",
            "approvals.working_hours.start",
            "end_not_after_start",
        ),
        (
            FREEZE + "start = 2026-12-20T00:00:00Z\nend = 2026-12-19T00:00:00Z",
            "approvals.freezes[1].end",
            "end_not_after_start",
        ),
        (
            FREEZE + "start = 2026-12-20T00:00:00\nend = 2026-12-21T00:00:00Z",
            "approvals.freezes[1].start",
            "wrong_type",
        ),
        ("[approvals]\nkeep_above = 'sometimes'", "approvals.keep_above", "wrong_type"),
        ("[approvals]\nfreeze_fil = 'x'", "approvals.freeze_fil", "unknown_key"),
        ("[watch]\nwarn_days = [5, 1, 5]", "watch.warn_days", "listed_twice"),
        ("[watch]\nwarn_hours = [6, 6]", "watch.warn_hours", "listed_twice"),
        ("[watch]\nretire_days = [0]", "watch.retire_days[1]", "out_of_range"),
        (HOSTING + "connection = 'nope'", "hosting[1].connection", "unknown_connection"),
        (HOSTING.replace("1.7", "-1"), "hosting[1].per_hour", "bad_price"),
        (HOSTING.replace("per_hour = 1.7", ""), "hosting[1].per_hour", "no_price"),
        (HOSTING + "per_unit_hour = 1\nsku = 'PTU'", "hosting[1].per_unit_hour", "two_prices"),
        (HOSTING + "unit_size = 980", "hosting[1].unit_size", "size_without_unit"),
        (BY_UNIT.replace("sku = 'AlwaysOn'", ""), "hosting[1].sku", "unit_needs_sku"),
        (BY_UNIT.replace("980", "0"), "hosting[1].unit_size", "out_of_range"),
        (BY_UNIT.replace("6.0", "-6.0"), "hosting[1].per_unit_hour", "bad_price"),
    ],
)
def test_refused_at_its_place(given: Loader, extra: str, place: str, code: str) -> None:
    assert found(given, extra + "\n" + SOUND) == {(f"tunesmith.toml: {place}", code)}


@pytest.mark.parametrize(
    ("resource", "fine"),
    [
        (ACCOUNT, True),
        (ACCOUNT.upper(), True),
        (ACCOUNT.removeprefix("/") + "/", True),
        ("res", False),
        (f"https://management.azure.com{ACCOUNT}", False),
        (f"{ACCOUNT}/deployments/x", False),
        (ACCOUNT.replace("CognitiveServices", "MachineLearningServices"), False),
        (ACCOUNT.replace("/rg/", "/../"), False),
    ],
)
def test_the_id_of_an_account(given: Loader, resource: str, fine: bool) -> None:
    text = SOUND + f'resource_id = "{resource}"\n'
    if fine:
        assert given(text).connection("prod-swc").resource_id == resource
    else:
        where = "tunesmith.toml: connections.prod-swc.resource_id"
        assert found(given, text) == {(where, "bad_resource_id")}


def test_a_count_that_groups_may_satisfy_is_left_to_the_check(given: Loader) -> None:
    text = "[approvals]\ncount = 20\n[roles]\napprovers = { users = ['U0A'], groups = ['S0A'] }\n"
    assert given(text + SOUND).approvals.count == 20


def test_what_is_wrong_is_told_with_what_would_be_right(given: Loader) -> None:
    (only,) = problems(given, RULE + "connection = 'prud*'\n" + SOUND)
    assert only.params == {"value": "prud*", "known": "prod-swc"}
    (only,) = problems(given, "[approvals]\ncount = 3\n[roles]\napprovers = { users = ['U0A'] }\n" + SOUND)
    assert only.params == {"count": "3", "named": "1"}


def test_variables_for_the_plain_values(given: Loader) -> None:
    settings = given(
        SOUND,
        {
            **SECRETS,
            "TUNESMITH_APPROVALS_COUNT": "2",
            "TUNESMITH_APPROVALS_SELF_APPROVAL": "true",
            "TUNESMITH_APPROVALS_MONTHLY_CAP": "500.50",
            "TUNESMITH_APPROVALS_KEEP_ABOVE": "never",
            "TUNESMITH_APPROVALS_FREEZE_FILE": "/run/tunesmith/FREEZE",
            "TUNESMITH_WATCH_WARN_DAYS": "7, 2",
            "TUNESMITH_WATCH_LOOK_MINUTES": "5",
            "TUNESMITH_CONNECTION_PROD_SWC_RESOURCE_ID": ACCOUNT,
            "TUNESMITH_CONNECTION_PROD_SWC_MANAGEMENT": "https://management.example",
            "TUNESMITH_CONNECTION_PROD_SWC_MANAGEMENT_SCOPE": "https://management.example/.default",
        },
    )
    asked = settings.approvals
    assert (asked.count, asked.self_approval, asked.monthly_cap) == (2, True, Decimal("500.50"))
    assert asked.keep_above is None
    assert str(asked.freeze_file) == "/run/tunesmith/FREEZE"
    assert settings.watch.warn_days == (7, 2)
    assert settings.connection("prod-swc").resource_id == ACCOUNT


def test_tables_have_no_variable(given: Loader) -> None:
    (only,) = problems(given, SOUND, {**SECRETS, "TUNESMITH_APPROVALS_FREEZES": "x"})
    assert (only.where, only.code) == ("TUNESMITH_APPROVALS_FREEZES", "file_only")


def test_a_mistake_in_a_variable_of_a_list_names_the_variable(given: Loader) -> None:
    (only,) = problems(given, SOUND, {**SECRETS, "TUNESMITH_WATCH_WARN_DAYS": "5,5"})
    assert (only.where, only.code) == ("TUNESMITH_WATCH_WARN_DAYS", "listed_twice")
