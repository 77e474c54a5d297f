"""The commands of `primed`, one file for each subject."""
