"""What Primed costs, measured in one run on a real broker, beside what the bare client costs."""
