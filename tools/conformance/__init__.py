"""Runs the parsers over recordings that lie outside the repository. One file a system; see `case.py`."""
