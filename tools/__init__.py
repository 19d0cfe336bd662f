"""The project's own tools: checks and benchmarks that are run by hand or by make, never by the bot."""
