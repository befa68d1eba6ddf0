"""Seeing risk in a message: levels, categories and the words they rest on. No network, no heavy import."""

from bot.risk.detector import Detector, assess, assess_together, explain, load_full, status, together
from bot.risk.model import Evidence, Level, RiskAssessment

__all__ = [
    "Detector",
    "Evidence",
    "Level",
    "RiskAssessment",
    "assess",
    "assess_together",
    "explain",
    "load_full",
    "status",
    "together",
]
