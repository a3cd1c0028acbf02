"""One module a format family: bytes to text with its pages and headings."""
