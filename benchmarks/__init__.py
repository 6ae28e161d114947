"""Speed, memory and steadiness, measured; beside the stock Rasa starter where that says more than a number."""
