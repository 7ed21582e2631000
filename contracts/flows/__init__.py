"""What joins capture, emitters, verification and broker to what a user asks for."""
