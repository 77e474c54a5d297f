"""What is said between services: the envelope, every event's data, topics, units and working days.

Pure: no clock, no drivers.
"""
