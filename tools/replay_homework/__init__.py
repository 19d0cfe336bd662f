"""A month of homework through the real bot: what the school publishes, and what must be said, each thing once."""
