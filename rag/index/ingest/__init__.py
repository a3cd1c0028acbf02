"""Files into an index, whichever engine is behind it: what changed, chunks, vectors, progress."""
