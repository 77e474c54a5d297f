"""What is said between services: the envelope, every event's data, topics. Pure: no clock, no drivers."""
