"""Pages for people: rendered here, without a build step, and working without JavaScript."""
