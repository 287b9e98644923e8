"""What a user brings, made into desired objects, run, and reported."""
