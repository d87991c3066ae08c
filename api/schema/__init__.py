"""What the API takes and answers: pydantic models, and the OpenAPI document made of them."""
