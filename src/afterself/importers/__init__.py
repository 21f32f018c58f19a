"""Foreign exports to records: one file a format, a safe view of the source, the way into the archive."""
