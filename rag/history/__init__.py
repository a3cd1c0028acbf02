"""What people asked and said of the answers, kept beside the index; every query names its owner."""
