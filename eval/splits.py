"""Which documents of a set are kept for measuring: a rule, so that training and evaluation agree on it."""

from __future__ import annotations

import hashlib

DOC2DIAL_DEV = 1 / 3
"""The share of doc2dial's documents that training never sees."""


def kept_for_dev(document: str, share: float = DOC2DIAL_DEV) -> bool:
    """Whether a document belongs to the ``share``, 0 to 1, that is kept for measuring, by a hash of its name.

    Documents kept at one share are kept at each larger one.
    """
    number = int.from_bytes(hashlib.sha256(document.encode()).digest()[:8], "big")
    return number < share * 2**64
