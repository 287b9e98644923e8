"""StatefulSets: pods with a number, their claims, and updates from the highest number down."""
