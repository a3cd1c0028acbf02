"""Serves the page over the hand-made assistant with room for few: ``small_server.py PORT FOLDER WAITING``."""

from __future__ import annotations

import sys
from pathlib import Path

from ui_fake import FakeAssistant

from rag.history import Conversations
from rag.serving.chats import Chats
from rag.ui.serve import serve
from rag.ui.views import Views

port, folder, waiting = sys.argv[1:]
Path(folder).mkdir()
serve(Views(Chats(FakeAssistant(), Conversations(Path(folder)))), port=int(port), max_waiting=int(waiting))
