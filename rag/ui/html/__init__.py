"""What is shown, as HTML: pure functions, every string escaped."""
