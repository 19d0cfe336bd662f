"""One file a school system. Files here are found, not listed (bot/scraper/registry.py)."""
