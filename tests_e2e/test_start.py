"""Starting demos beside each other; needs no browser."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

from tests_e2e.conftest import ROOT, Demo, start_demo, stop_demo


def test_ready_within_three_seconds_and_a_second_one_beside_it(demo: Demo) -> None:
    second = start_demo()
    assert second.address.split("/")[2] != demo.address.split("/")[2]
    assert stop_demo(second, signal.SIGINT) == 0
    assert min(demo.ready, second.ready) < 3  # the first may have had every module to compile


def test_a_port_that_is_taken_is_an_error_in_one_line(demo: Demo) -> None:
    port = demo.address.split("/")[2].split(":")[1]
    refused = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--no-browser", "--port", port],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=20,
        check=False,
    )
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert re.fullmatch(rf"schoolbell: port {port} is taken[^\n]*\n", refused.stderr)
