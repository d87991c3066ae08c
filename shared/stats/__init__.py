"""Statistics of hours: counted, added up, compared, and kept by the month."""
