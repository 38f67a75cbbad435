"""Where nobody can ask for the program's health, nothing listens and nothing is loaded for it."""

import subprocess
import sys
from pathlib import Path

from tests.world import world


async def test_socket_mode_without_a_port_has_none_of_it(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        assert made.application is not None
        assert made.application.health is None


def test_the_program_is_there_without_the_client_of_prometheus() -> None:
    look = "import sys, bot.app; sys.exit('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
