"""What people asked and said of the answers, kept beside the index; every query names its owner."""

from rag.history.conversations import Conversations, now_utc, outdated_answers
from rag.history.exchange import Conversation, Exchange, Exchanges, Rating, history_of
from rag.history.export import ConversationJson, conversation_json, export_json, export_markdown
from rag.history.feedback import FeedbackStore, answer_key, read_feedback, to_question_pairs
from rag.history.provenance import made_with
from rag.history.standing import (
    Library,
    OutdatedAnswer,
    OutdatedQuote,
    found_again,
    outdated_lines,
    outdated_words,
    reason_words,
    resting_on,
    sha256_of,
)

__all__ = [
    "Conversation",
    "ConversationJson",
    "Conversations",
    "Exchange",
    "Exchanges",
    "FeedbackStore",
    "Library",
    "OutdatedAnswer",
    "OutdatedQuote",
    "Rating",
    "answer_key",
    "conversation_json",
    "export_json",
    "export_markdown",
    "found_again",
    "history_of",
    "made_with",
    "now_utc",
    "outdated_answers",
    "outdated_lines",
    "outdated_words",
    "read_feedback",
    "reason_words",
    "resting_on",
    "sha256_of",
    "to_question_pairs",
]
