"""Measuring the service's memory from outside: the world around it, the driven process, the samples."""
