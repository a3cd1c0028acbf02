"""The one tree of errors that docquote raises on purpose.

Every message says what went wrong, where, and (where there is one) the command that mends it.
"""

from __future__ import annotations

from pathlib import Path


class DocquoteError(Exception):
    """Base of every error that docquote raises on purpose; its message is meant for people."""


class SettingsError(DocquoteError):
    """A setting is unknown, has the wrong type or is out of range."""


class LoadError(DocquoteError):
    """A file cannot be read as a document.

    Attributes:
        path: the file.
        reason: why, in words for people, without the path.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class Refused(DocquoteError):
    """The bytes of a file cannot become a document or a picture; the message is the reason, without the file's name.

    Inside ``rag.loading`` only: what leaves it is a LoadError.
    """


class LibraryError(DocquoteError):
    """The index is missing, damaged, locked, or was made with other settings."""


class ModelError(DocquoteError):
    """A model's files are missing, altered, or do not load."""


class ConversationError(DocquoteError):
    """There is no such conversation, or it is another's."""


class UsersError(DocquoteError):
    """The file of users cannot be read or written, or a name or password cannot be taken."""


class KeysError(DocquoteError):
    """The file of keys cannot be read or written, or a key cannot be made."""


class ScopeError(DocquoteError):
    """A question names a document or folder that the index does not hold."""


class DatasetError(DocquoteError):
    """A file of questions, passages or judgements is not in the format it should be.

    The message names the file, the line and the field.
    """
