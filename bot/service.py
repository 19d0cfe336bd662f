"""What systemd is told: ready, alive, stopping, and a line of state."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress


class Systemd:
    """`sd_notify`: a datagram to `$NOTIFY_SOCKET`, nothing without it (systemd's protocol, man sd_notify)."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address

    def tell(self, *states: str) -> None:
        """Send lines such as `READY=1`, `WATCHDOG=1`, `STATUS=…`."""
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.sendto("\n".join(states).encode(), self._address)

    def feed(self) -> None:
        """The watchdog's food."""
        self.tell("WATCHDOG=1")

    def wait(self, seconds: float, why: str) -> None:
        """A start that takes longer than usual: ask for the time, and half a minute to spare."""
        self.tell(f"EXTEND_TIMEOUT_USEC={int((seconds + 30) * 1_000_000)}", f"STATUS={why}")
