"""The pydantic models of the API's parameters and answers."""
