"""An index on this machine: SQLite is the record, FAISS is derived from it."""
