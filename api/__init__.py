"""HTTP functions: async, short, never blocking."""
