"""The classifier of what docquote answers itself: written examples, fit, figures."""
