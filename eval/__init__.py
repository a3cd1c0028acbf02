"""Measures docquote on questions with known answers, and shows the numbers with how far they can be trusted."""
