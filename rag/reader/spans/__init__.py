"""The trained network: windows of question and passage to spans that answer."""
