"""The MCP server: reads of the API as tools, resources and prompts for agents.

https://modelcontextprotocol.io/specification
"""
