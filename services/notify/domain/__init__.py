"""What is decided, and why; pure: no clock, no chance, no input or output."""
