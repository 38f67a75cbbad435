"""Whether the program tells the truth about itself: health, readiness, numbers."""
