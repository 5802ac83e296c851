"""A generated health plan: feeds that hang together, hidden practice strengths, surveys, and known dirt."""

from feeds.sample_plan.plan import generate

__all__ = ["generate"]
