"""The Rasa SDK edge: one thin module a flow. What is said and chosen is decided in ``backtalk``."""
