"""moto's state, written down whole and read back by another process."""
