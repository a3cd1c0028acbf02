"""How the weights that docquote ships were made; in the checkout, not in the package."""
