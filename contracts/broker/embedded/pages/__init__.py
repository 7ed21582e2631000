"""Pages for people: what the broker holds, from its data alone."""
