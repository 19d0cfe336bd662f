"""The parts of the Bot API stand-in: what it stores, how it parses, what each method does."""
