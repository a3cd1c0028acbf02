"""docquote for programs that speak the Model Context Protocol; what is here needs the extra ``serve``."""
