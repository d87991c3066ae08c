"""Generates the models and the operations of client/ from the OpenAPI document."""
