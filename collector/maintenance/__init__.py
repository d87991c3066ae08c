"""Jobs over what is stored: removing what is too old, and scoring again."""
