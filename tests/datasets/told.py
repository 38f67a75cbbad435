"""Takes down what rules about a whole set report."""

from bot.datasets.report import Param
from bot.datasets.rules.base import Note, RuleSpec


class Told:
    """What was reported: rule, line and parameters, in order. `at` is what rules are given."""

    def __init__(self) -> None:
        self.all: list[tuple[str, int | None, dict[str, Param]]] = []

    def at(self, line: int | None) -> Note:
        def note(spec: RuleSpec, path: str = "", /, **params: Param) -> None:
            assert set(params) == set(spec.params)
            assert path == ""
            self.all.append((spec.id, line, params))

        return note

    @property
    def rules(self) -> list[str]:
        return [rule for rule, _, _ in self.all]

    def of(self, rule: str) -> list[tuple[int | None, dict[str, Param]]]:
        return [(line, params) for told, line, params in self.all if told == rule]

    def lines(self, rule: str) -> list[int | None]:
        return [line for line, _ in self.of(rule)]
