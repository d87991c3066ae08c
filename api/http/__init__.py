"""HTTP itself: parameters, negotiation, caching, limits, problems, and the app's own pages."""
