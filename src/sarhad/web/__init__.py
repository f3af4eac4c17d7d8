"""How people see it: HTTP API, event stream, sign-in, the built pages."""
