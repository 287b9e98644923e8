"""``python -m minieks`` is ``minieks``."""

from minieks.cli.main import main

main()
