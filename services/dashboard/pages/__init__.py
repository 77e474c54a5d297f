"""The web pages: each route parses, asks the flow for its story and renders it. No rules, no figures."""
