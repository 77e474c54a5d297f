"""The HTTP surface of actions: parse, hand to the flow, answer."""
