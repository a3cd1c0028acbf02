"""From what was read to the ``Answer``: which sentences are quoted, how far, and in what order."""
