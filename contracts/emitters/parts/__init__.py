"""What drivers are made of: none of these is one."""
