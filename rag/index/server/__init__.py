"""The index of a PostgreSQL server with pgvector, which several processes may change at once."""
