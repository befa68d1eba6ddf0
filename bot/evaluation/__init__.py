"""Measures of how well the parts do, over cases written by hand."""
