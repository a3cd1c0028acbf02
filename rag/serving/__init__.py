"""What the page and the other doors share: who may ask, and where the server may listen."""
