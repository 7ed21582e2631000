"""What the repository of a new emitter begins with: its files, how they are written, and what comes next."""
