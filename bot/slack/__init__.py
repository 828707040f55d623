"""Slack, in and out: the only place that knows its payloads and calls its API."""
