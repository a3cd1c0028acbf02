"""How sentences are ranked and how sure the best one is: fitted on dev-free questions."""
