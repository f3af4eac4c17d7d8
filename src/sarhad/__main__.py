"""``python -m sarhad`` is the command line."""

from sarhad.cli import main

main()
