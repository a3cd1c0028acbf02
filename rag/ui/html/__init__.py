"""What is shown, as HTML: pure functions that work out what a template says, and the templates, which escape."""
