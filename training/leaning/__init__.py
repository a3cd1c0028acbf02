"""The regression that tells questions that lean on the turn before from those that stand alone."""
