"""Language models: a client of chat completions, and the tokens that a day allows."""
