"""`python -m orchestration`, which is what ./pulse calls."""

from orchestration.cli import main

main()
