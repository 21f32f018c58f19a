"""Records, revisions, threads, identities, sources, change log and artifact ledger in one SQLite file."""
