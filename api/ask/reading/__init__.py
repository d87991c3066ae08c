"""The reads that answer each kind of question, and what is said of them."""
