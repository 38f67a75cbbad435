"""The panel's part for deployments, in the browser."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from sandbox.azure_openai import AzureOptions
from sandbox.server import Sandbox, SandboxOptions, create_sandbox
from tests.browser import Complaints, browser, open_page
from tests.patience import until
from tests.sandbox.azure_calls.records import ago, called, deployment, put

__all__ = ["browser"]  # a fixture

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def azure_sandbox() -> AsyncIterator[Sandbox]:
    made = create_sandbox(options=SandboxOptions(azure=AzureOptions(speed=1000, random_seed=1)))
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def panel(azure_sandbox: Sandbox, browser: Browser) -> AsyncIterator[Page]:
    complaints = Complaints()
    made = await open_page(browser, complaints, height=1000)
    await made.goto(f"{azure_sandbox.url}/")
    await made.locator("[data-qa=panel-open]").click()
    yield made
    await made.context.close()
    assert complaints.heard == []


async def test_days_pass_and_people_act(azure_sandbox: Sandbox, panel: Page) -> None:
    records, now = azure_sandbox.azure.control.deployments, datetime.now(UTC)
    put(records, deployment("support", ago(now, days=3), calls=[called(ago(now, days=2, hours=1))]))
    put(records, deployment("trial", ago(now, minutes=90), sku="DeveloperTier", resource="dev-eus2"))
    support = panel.locator("[data-qa=deployment][data-name='prod-swc/support']")
    trial = panel.locator("[data-qa=deployment][data-name='dev-eus2/trial']")
    left = panel.locator("[data-qa='deployment-left-prod-swc/support']")
    await expect(left).to_have_text("12 days left")
    await expect(panel.locator("[data-qa='deployment-left-dev-eus2/trial']")).to_have_text("22 hours left")

    await panel.locator("[data-qa=age-day]").click()
    await expect(panel.locator("[data-qa=age-result]")).to_contain_text("The service deleted trial.")
    await expect(trial).to_have_count(0)
    await panel.locator("[data-qa=age-idle]").click()
    await expect(left).to_have_text(re.compile("(2 days|47 hours) left"))
    await expect(support).to_have_class("deployment deployment-urgent")

    await panel.locator("[data-qa='deployment-call-prod-swc/support']").click()
    await expect(panel.locator("[data-qa=toast]")).to_contain_text("support answered:")
    await expect(left).to_have_text(re.compile("1[45] days left"))
    await panel.locator("[data-qa='deployment-delete-prod-swc/support']").click()
    await expect(support).to_have_count(0)
    assert records.all() == []
    await expect(panel.locator("[data-qa=panel-deployments]")).to_have_text("Nothing is deployed.")


async def _until(switches: object, name: str, value: object) -> None:
    async def there() -> bool:
        return bool(getattr(switches, name) == value)

    await until(there)


async def test_switches(azure_sandbox: Sandbox, panel: Page) -> None:
    switches = azure_sandbox.azure.switches
    for name, choice, value in (
        ("arm_rights", "reader", "reader"),
        ("metric_rights", "no", False),
        ("unreadable_sources", "no", True),
    ):
        field = panel.locator(f"[data-qa=switch-{name}]")
        await field.select_option(choice)
        await expect(field).to_have_value(choice)
        await _until(switches, name, value)
    failing = panel.locator("[data-qa=switch-fail_deployment]")
    await failing.select_option("timeout")
    message = "The deployment did not finish in time."
    await _until(switches, "fail_deployment", ("DeploymentTimeout", message))
    await failing.select_option("none")
    await _until(switches, "fail_deployment", None)


async def test_switches_of_the_other_services(azure_sandbox: Sandbox, panel: Page) -> None:
    ml, databricks = azure_sandbox.ml.switches, azure_sandbox.databricks.switches
    for held, name, choice, value in (
        (ml, "ml-role", "reader", "reader"),
        (ml, "ml-subscriptions", "Suspended", "Suspended"),
        (ml, "ml-network_registered", "no", False),
        (databricks, "databricks-training", "removed_404", "removed_404"),
    ):
        await panel.locator(f"[data-qa=switch-{name}]").select_option(choice)
        await _until(held, name.partition("-")[2], value)
