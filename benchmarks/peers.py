"""The checkers that ours is measured against, each over one file: `python peers.py NAME FILE`, in the peer's
environment.

Prints one line of JSON: seconds of the check itself (without imports), lines that it accepted, its version.
Needs nothing of ours, because it runs where only the peer is
installed. What each looks at:

    json           every line is JSON
    pydantic       roles, contents, weights, calls and declared tools, as models with a discriminated union,
    line by line
    together       `check_file` of the package (3.x: each line is a JSON object; 1.x: messages, roles, contents)
    parallelogram  the package's own check
"""

import importlib
import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any


def with_json(path: Path) -> tuple[float, int]:
    """`json.loads` on each line."""
    lines = 0
    began = time.perf_counter()
    with path.open("rb") as file:
        for line in file:
            json.loads(line)
            lines += 1
    return time.perf_counter() - began, lines


def with_pydantic(path: Path) -> tuple[float, int]:
    """Models that refuse unknown keys; `validate_json` on each line of bytes."""
    validate = _models()
    lines = 0
    began = time.perf_counter()
    with path.open("rb") as file:
        for line in file:
            validate(line)
            lines += 1
    return time.perf_counter() - began, lines


def _models() -> Any:
    from typing import Annotated, Literal

    from pydantic import BaseModel, ConfigDict, Field

    class Strict(BaseModel):
        model_config = ConfigDict(extra="forbid")

    class Function(Strict):
        name: str
        arguments: str

    class Call(Strict):
        id: str
        type: Literal["function"]
        function: Function

    class System(Strict):
        role: Literal["system", "developer"]
        content: str
        name: str | None = None

    class User(Strict):
        role: Literal["user"]
        content: str
        name: str | None = None

    class Assistant(Strict):
        role: Literal["assistant"]
        content: str | None = None
        name: str | None = None
        weight: Literal[0, 1] | None = None
        tool_calls: list[Call] | None = None

    class Result(Strict):
        role: Literal["tool"]
        content: str
        tool_call_id: str

    class Body(Strict):
        name: str
        description: str | None = None
        parameters: dict[str, Any] | None = None

    class Tool(Strict):
        type: Literal["function"]
        function: Body

    class Line(Strict):
        messages: list[Annotated[System | User | Assistant | Result, Field(discriminator="role")]]
        tools: list[Tool] | None = None
        parallel_tool_calls: bool | None = None

    return Line.__pydantic_validator__.validate_json


def with_together(path: Path) -> tuple[float, int]:
    """The package's check of a file for chat models."""
    try:
        module = importlib.import_module("together.lib.utils.files")
    except ImportError:
        module = importlib.import_module("together.utils.files")
    check_file = module.check_file
    began = time.perf_counter()
    report = check_file(path)
    seconds = time.perf_counter() - began
    return seconds, int(report.get("num_samples") or 0) if report["is_check_passed"] else 0


def with_parallelogram(path: Path) -> tuple[float, int]:
    """The package's command, as it is: its time has the start of Python in it."""
    import subprocess

    began = time.perf_counter()
    subprocess.run(
        [str(Path(sys.executable).with_name("parallelogram")), "check", str(path)],
        capture_output=True,
        check=False,
    )
    return time.perf_counter() - began, 0


PEERS = {
    "json": (with_json, ""),
    "pydantic": (with_pydantic, "pydantic"),
    "together": (with_together, "together"),
    "parallelogram": (with_parallelogram, "parallelogram"),
}


def main() -> None:
    """Run one peer."""
    name, path = sys.argv[1], Path(sys.argv[2])
    check, package = PEERS[name]
    seconds, lines = check(path)
    print(
        json.dumps(
            {
                "seconds": seconds,
                "lines": lines,
                "version": version(package) if package else "",
            }
        )
    )


if __name__ == "__main__":
    main()
