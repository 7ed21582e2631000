"""The documents that the HAL API answers with, one kind of thing a module."""
