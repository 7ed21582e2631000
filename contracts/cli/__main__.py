"""`python -m contracts.cli`, the same as the console command `contracts`."""

from contracts.cli import main

main()
