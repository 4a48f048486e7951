"""A local, stateful stand-in for GitHub over HTTP: for the demo, previews, tests and benchmarks.

It knows GitHub and nothing of Milepost. `server` starts it, `world` holds what it remembers,
`state/` is what can be done to it, `api/` answers as GitHub's REST and GraphQL, `pages/` shows it
to a person, and `control` steers it (faults, clock, people, the request log).
"""
