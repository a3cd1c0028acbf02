"""REST: what programs ask of docquote below ``/v1``, as JSON."""
