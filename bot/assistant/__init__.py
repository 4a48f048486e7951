"""The server of the Model Context Protocol: an assistant's tools over the use cases of the CLI."""
