"""The parts of each page, one file a page: what is read and how it becomes what the reader sees."""
