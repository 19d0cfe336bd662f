"""Where the descriptions of the Bot API lie: in a folder beside the repository, or where BOTAPI_SPECS says."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def spec_files() -> list[Path]:
    """The descriptions that are there; none of them is part of the project."""
    named = os.environ.get("BOTAPI_SPECS")
    folders = [Path(named)] if named else [parent / "shared" / "botapi" for parent in ROOT.parents]
    return next((found for folder in folders if (found := sorted(folder.glob("*.json")))), [])


MISSING = "the descriptions of the Bot API are not there (BOTAPI_SPECS names their folder)"
