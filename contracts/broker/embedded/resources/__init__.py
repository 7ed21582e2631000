"""The resources of the HAL API, one group a module."""
