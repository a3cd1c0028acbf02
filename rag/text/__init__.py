"""Text as characters: words and their stems, sentences and chunks with exact offsets, numbers and dates."""
