"""docquote side by side with its peers: ``make bench``. See docs/benchmarks.md. Not part of the installed package."""
