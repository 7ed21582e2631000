"""Evidence that outlives its run: what is kept of it, where, and how it is found and judged again."""
