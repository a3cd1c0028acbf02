"""The classifier of kinds of questions: written questions, fit, figures."""
