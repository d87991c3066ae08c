"""The MCP server: its protocol, its tools, and what strangers wrote."""
