"""The trained reader: data, objective, run, figures."""

import os

# Threads that wait for each other should sleep: on a busy machine training is ten times as fast. Read when torch is
# loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
