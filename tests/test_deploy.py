"""What is deployed: the units say what the project promises, the script can be tried without root."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot import config

FOLDER = Path(__file__).resolve().parent.parent / "deploy"
MALLOC = ("MALLOC_ARENA_MAX=2", "MALLOC_TRIM_THRESHOLD_=131072", "MALLOC_MMAP_THRESHOLD_=131072")


def settings(unit: str) -> dict[str, list[str]]:
    """A unit's settings, several of a name in their order."""
    found: dict[str, list[str]] = {}
    for line in (FOLDER / unit).read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value)
    return found


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Type", "notify"),
        ("WatchdogSec", "120s"),
        ("DynamicUser", "yes"),
        ("StateDirectory", "schoolbell"),
        ("LoadCredential", "token:/etc/schoolbell/token"),
        ("MemoryHigh", "100M"),
        ("MemoryMax", "128M"),
        ("StartLimitIntervalSec", "0"),
        ("RestartPreventExitStatus", "78"),
        ("Restart", "always"),
    ],
)
def test_the_unit_holds_what_is_promised(key: str, value: str) -> None:
    assert settings("schoolbell.service")[key] == [value]


def test_the_template_differs_only_in_its_names() -> None:
    one, many = settings("schoolbell.service"), settings("schoolbell@.service")
    assert one.keys() == many.keys()
    differing = {key for key in one if one[key] != many[key]}
    assert differing == {"Description", "StateDirectory", "LoadCredential", "EnvironmentFile"}
    assert all("%i" in many[key][0] for key in differing)


@pytest.mark.parametrize("file", ["schoolbell.service", "schoolbell@.service", "Dockerfile", "schoolbell"])
def test_memory_is_given_back_everywhere(file: str) -> None:
    text = (FOLDER / file).read_text()
    assert all(setting in text for setting in MALLOC)


def test_the_container_is_locked_down() -> None:
    compose = (FOLDER / "compose.yaml").read_text()
    assert re.search(r"^ +read_only: true$", compose, re.M)
    assert re.search(r"^ +mem_limit: 128m$", compose, re.M)
    assert "cap_drop: [ALL]" in compose
    passed_on = set(re.findall(r"SCHOOLBELL_(\w+): \$\{SCHOOLBELL_\1:-\}", compose))
    assert passed_on == {key.upper() for key in config._KEYS} - {"HTTP"}  # the image's own, for its health check
    docker = (FOLDER / "Dockerfile").read_text()
    assert re.search(r"^USER 10001:10001$", docker, re.M)
    assert "HEALTHCHECK" in docker


def script(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the install script."""
    return subprocess.run(
        ["sh", str(FOLDER / "install.sh"), *words], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="the script is for Debian and its kin")
@pytest.mark.parametrize("action", ["install", "upgrade", "uninstall"])
def test_a_dry_run_does_nothing(action: str) -> None:
    done = script(action, "--dry-run", "--instance", "dry-run-test")
    if "is needed" in done.stderr:
        pytest.skip(done.stderr.strip())  # no 64-bit machine, or no system Python that is new enough
    assert done.returncode == 0, done.stderr
    # An upgrade takes every bot that is there, and there is none.
    assert ("upgraded to" if action == "upgrade" else "schoolbell@dry-run-test.service") in done.stdout
    assert not Path("/etc/schoolbell/dry-run-test.token").exists()


@pytest.mark.parametrize("words", [[], ["remove"], ["install", "--force"], ["install", "--instance"]])
def test_wrong_words_are_refused(words: list[str]) -> None:
    done = script(*words)
    assert done.returncode in {1, 2}
    assert done.stderr


@pytest.mark.parametrize("name", ["../x", "a b", "-x", "A"])
def test_names_that_could_leave_their_folder_are_refused(name: str) -> None:
    assert script("install", "--dry-run", "--instance", name).returncode == 1
