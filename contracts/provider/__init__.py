"""From the project's settings to an emitter's verdict, and pytest's items of it."""
