"""The rules at the edge: which event may enter, and how a file's row becomes events. Pure."""
