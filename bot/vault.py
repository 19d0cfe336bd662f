"""Passwords of e-diaries, encrypted at rest. PyNaCl is imported here only, and only when there is something to open."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from bot.errors import ConfigError, PasswordLost

KEY_BYTES = 32


class Vault:
    """Seals and opens passwords with one key: `$CREDENTIALS_DIRECTORY/vault-key`, else `vault.key` in the data folder.

    The key file is made with mode 0600 when the first password is sealed. A database that is restored without its key
    keeps everything but the passwords: `opened` raises PasswordLost, and the password is asked for again.
    """

    def __init__(self, data: Path, environ: Mapping[str, str]) -> None:
        credentials = environ.get("CREDENTIALS_DIRECTORY")
        given = Path(credentials) / "vault-key" if credentials else None
        self._given = given if given is not None and given.exists() else None
        self._file = data / "vault.key"

    def sealed(self, password: str) -> bytes:
        """The password, encrypted and authenticated (XSalsa20-Poly1305, a fresh nonce each time)."""
        from nacl.secret import SecretBox

        return bytes(SecretBox(self._key(make=True)).encrypt(password.encode()))

    def opened(self, sealed: bytes | None) -> str:
        """The password that was sealed, "" for None. Raises PasswordLost when the key is another one."""
        if sealed is None:
            return ""
        from nacl.exceptions import CryptoError
        from nacl.secret import SecretBox

        try:
            return SecretBox(self._key(make=False)).decrypt(sealed).decode()
        except (CryptoError, OSError, ConfigError):
            raise PasswordLost from None

    def _key(self, *, make: bool) -> bytes:
        if self._given is not None:
            key = self._given.read_bytes()
        elif make and not self._file.exists():
            key = os.urandom(KEY_BYTES)
            handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(key)
        else:
            if self._file.exists() and self._file.stat().st_mode & 0o077:
                self._file.chmod(0o600)
            key = self._file.read_bytes()
        if len(key) != KEY_BYTES:
            raise ConfigError(f"the vault key must be {KEY_BYTES} bytes long")
        return key
