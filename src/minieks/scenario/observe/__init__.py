"""What a run is watched for: placements, times to ready, utilisation, moments worth telling.

Observers subscribe to the store and keep small notes; they decide nothing and write nothing.
"""
