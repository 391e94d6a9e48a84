"""Files that the review side takes in: published figures and learning events."""
