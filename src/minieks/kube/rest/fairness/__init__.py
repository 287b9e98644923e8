"""API Priority and Fairness: which flow a request is in, and how important that is."""
