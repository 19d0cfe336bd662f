"""State: one SQLite file, one writer. Each module owns some tables; functions take the `Database` first."""
