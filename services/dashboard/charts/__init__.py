"""Charts as inline SVG: pure functions from figures to text, with a title and a description each."""
