"""The HTTP surface of notify: parse, hand to the flow, answer."""
