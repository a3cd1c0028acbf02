"""Everything that is read off a question; ``understanding`` puts it together."""
