"""The first minute of a user at a deployment, read-only: does it do what they need."""
