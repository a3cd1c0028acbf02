"""What people asked and said of the answers, kept beside the index; every query names its owner."""

from rag.history.conversations import Conversations
from rag.history.exchange import Conversation, Exchange, Exchanges, Rating, history_of
from rag.history.export import export_json, export_markdown
from rag.history.feedback import FeedbackStore, answer_key, read_feedback, to_question_pairs
from rag.history.provenance import made_with

__all__ = [
    "Conversation",
    "Conversations",
    "Exchange",
    "Exchanges",
    "FeedbackStore",
    "Rating",
    "answer_key",
    "export_json",
    "export_markdown",
    "history_of",
    "made_with",
    "read_feedback",
    "to_question_pairs",
]
