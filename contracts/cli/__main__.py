"""`python -m contracts.cli`, the same as the console command `contracts`."""

from contracts.cli.app import main

main()
