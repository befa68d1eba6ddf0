"""Visitors and staff against the real server, which is killed again and again: nothing lost, nothing twice."""
