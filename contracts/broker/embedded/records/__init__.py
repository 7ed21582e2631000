"""What the broker's file holds, read and written one kind of thing a module, always within a transaction."""
