"""The trained reader: data, objective, run, figures."""
