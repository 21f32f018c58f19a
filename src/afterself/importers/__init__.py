"""Foreign exports become records: one file for each format, one view for every kind of container."""
