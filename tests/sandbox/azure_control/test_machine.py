"""Whatever is asked in whatever order: quotas, numbers and names hold, and nothing goes backwards."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sandbox.azure_control.accounts import Accounts
from sandbox.azure_control.deployments import Deployment, Deployments
from sandbox.azure_control.errors import ArmError
from sandbox.azure_control.quota import Quota
from sandbox.azure_control.writes import Actor, Writes
from sandbox.azure_openai import AzureOptions, Limits, Switches
from sandbox.azure_openai.catalogue import BASE_MODELS
from sandbox.azure_openai.tuned_models import ModelSource
from sandbox.common.entra import principal
from sandbox.common.ids import Ids
from tests.clocks import FixedClock
from tests.sandbox.azure_control.arm import VERSION, body
from tests.sandbox.azure_openai.stand import MODEL

MODELS = {
    f"{MODEL}.ft-{number}": ModelSource(
        BASE_MODELS[MODEL], None, f"{MODEL}.ft-{number}", f"{MODEL}.ft-{number}"
    )
    for number in range(4)
}
NAMES = st.sampled_from(["bot", "Bot", "other", "third", "fourth"])
ACCOUNTS = st.sampled_from(["prod-swc", "dev-eus2"])
LIMIT = 3
ORDER = {"Accepted": 0, "Creating": 1, "Succeeded": 2, "Failed": 2, "Deleting": 3}
ACTOR = Actor(principal("system-assigned"), "tests")


class Machine(RuleBasedStateMachine):
    """Two accounts, four models, five names (two of them the same but for case)."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FixedClock()
        self.switches = Switches()
        options = AzureOptions(
            limits=Limits(fine_tuned_deployments=LIMIT),
            quota={"OpenAI.Standard.gpt-4.1-mini-finetune": 20},
        )
        self.accounts = Accounts(options.accounts)
        self.deployments = Deployments(self.clock, self.switches)
        self.quota = Quota(self.accounts, self.deployments, options.quota)
        self.writes = Writes(
            clock=self.clock,
            ids=Ids(1),
            options=options,
            switches=self.switches,
            accounts=self.accounts,
            deployments=self.deployments,
            quota=self.quota,
            find_model=lambda _, model: MODELS.get(model),
        )
        self.seen: dict[Deployment, int] = {}

    @rule(
        account=ACCOUNTS,
        name=NAMES,
        model=st.sampled_from(sorted(MODELS)),
        sku=st.sampled_from(["standard", "GlobalStandard"]),
        capacity=st.sampled_from([1, 2, 15, 25]),
        patient=st.booleans(),
    )
    def put(self, account: str, name: str, model: str, sku: str, capacity: int, *, patient: bool) -> None:
        self.clock.forward(5 if patient else 0)
        before = self._records()
        there = self.deployments.get(account, name)
        place = self.accounts.named(account)
        assert place is not None
        try:
            made, created = self.writes.put(
                place, name, body(model, sku=sku, capacity=capacity), VERSION, ACTOR
            )
        except ArmError:
            assert self._records() == before, "a refusal changes nothing"
            return
        assert (made.model, made.capacity) == (model, capacity)
        assert created == (there is None or there.state == "Failed" or made is not there)
        if not created:
            assert made is there

    @rule(account=ACCOUNTS, name=NAMES)
    def delete(self, account: str, name: str) -> None:
        place = self.accounts.named(account)
        assert place is not None
        there = self.deployments.get(account, name)
        try:
            operation = self.writes.delete(place, name)
        except ArmError:
            assert self._busy(account), "nothing else speaks against a deletion"
            return
        assert (operation is None) == (there is None)

    @rule(seconds=st.sampled_from([0.5, 1.5, 4, 10]))
    def wait(self, seconds: float) -> None:
        self.clock.forward(seconds)

    @rule(account=ACCOUNTS, name=NAMES, capacity=st.integers(1, 25))
    def patch(self, account: str, name: str, capacity: int) -> None:
        before = self._records()
        place = self.accounts.named(account)
        assert place is not None
        change = {"sku": {"capacity": capacity}, "tags": {"n": str(capacity)}}
        try:
            changed = self.writes.patch(place, name, change, VERSION, ACTOR)
        except ArmError:
            assert self._records() == before, "a refusal changes nothing"
            return
        assert (changed.capacity, changed.tags) == (capacity, {"n": str(capacity)})

    @rule(failure=st.sampled_from([None, ("Broken", "It broke.")]))
    def break_or_mend(self, failure: Any) -> None:
        self.deployments.settle()
        self.switches.configure({"fail_deployment": failure})

    @precondition(lambda self: self.deployments.all())
    @rule(data=st.data())
    def gone_by_the_service(self, data: st.DataObject) -> None:
        found = data.draw(st.sampled_from(self.deployments.all()))
        self.deployments.remove(found)
        assert self.deployments.get(found.resource, found.name) is None
        operation = found.operation
        assert operation is None or operation.status != "Running", "nobody polls for ever"

    @invariant()
    def pools_are_never_overdrawn(self) -> None:
        for place in self.accounts:
            for pool in self.quota.usages(place.account):
                assert pool.used <= pool.limit

    @invariant()
    def each_account_holds_its_rules(self) -> None:
        for account in ("prod-swc", "dev-eus2"):
            found = self.deployments.of(account)
            alive = [one for one in found if one.state != "Failed"]
            assert len(alive) <= LIMIT
            assert len({one.model for one in alive}) == len(alive), "a custom model is deployed once"
            assert len({one.name.lower() for one in found}) == len(found)
            assert self._busy(account) <= 1

    @invariant()
    def nothing_goes_backwards(self) -> None:
        for found in self.deployments.all():
            assert self.seen.get(found, 0) <= ORDER[found.state]
            self.seen[found] = ORDER[found.state]
            assert found.is_ready(self.clock.now()) <= (found.state == "Succeeded")
            assert self.deployments.get(found.resource, found.name) is found

    def _busy(self, account: str) -> int:
        operations = [one.operation for one in self.deployments.of(account)]
        return sum(one is not None and one.status == "Running" for one in operations)

    def _records(self) -> list[tuple[str, ...]]:
        return [
            (one.resource, one.name, one.model, one.sku, str(one.capacity), one.state, one.etag)
            for one in self.deployments.all()
        ]


Machine.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestMachine = Machine.TestCase
