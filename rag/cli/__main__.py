"""``python -m rag.cli``: the same as the command ``docquote``."""

from rag.cli.main import main

main()
