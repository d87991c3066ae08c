"""One file a question: a function of (deps, parameters) that returns a model and knows no HTTP."""
