"""The schema, one numbered SQL file a version; `PRAGMA user_version` says which ones a database has seen."""
