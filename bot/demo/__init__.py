"""The demo: everything on loopback, without a token."""
