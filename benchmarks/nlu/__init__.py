"""Pipelines for understanding, side by side on the same data."""
