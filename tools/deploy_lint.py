"""Lint what is deployed: the units with systemd-analyze, the scripts with shellcheck, the Dockerfile with hadolint.

What cannot be had on this machine is left out with a line that says so; what fails ends with exit code 1.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "deploy"
EXPOSURE = 12  # tenths: the least exposure that a service with the Internet's sockets has been brought to


def main() -> int:
    """Run every linter; returns 1 when one of them has something to say."""
    units = sorted(str(unit) for unit in FOLDER.glob("*.service"))
    runs: list[tuple[str, list[str], bool]] = []
    for unit in units:
        runs += [
            ("systemd-analyze", ["verify", unit], True),
            ("systemd-analyze", ["security", "--offline=true", f"--threshold={EXPOSURE}", unit], False),
        ]
    runs += [
        ("shellcheck", [str(FOLDER / "install.sh"), str(FOLDER / "schoolbell")], True),
        ("hadolint", [str(FOLDER / "Dockerfile")], True),
    ]
    return max(_run(tool, arguments, silent=silent) for tool, arguments, silent in runs)


def _run(tool: str, arguments: list[str], *, silent: bool) -> int:
    """Run one linter. `silent`: any output is a failure."""
    program = shutil.which(tool, path=f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin")
    what = f"{tool} {arguments[0] if tool == 'systemd-analyze' else ''} {Path(arguments[-1]).name}"
    if program is None:
        print(f"left out: {what} ({tool} is not installed here)")
        return 0
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False, timeout=60)
    output = (done.stdout + done.stderr).strip()
    if done.returncode or (silent and output):
        print(f"FAILED: {what}\n{output}")
        return 1
    print(f"ok: {what}" + ("" if silent else f": {output.splitlines()[-1].lstrip('→ ')}"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
