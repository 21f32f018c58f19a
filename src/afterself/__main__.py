"""`python -m afterself` is the `afterself` command."""

from afterself.cli import main

if __name__ == "__main__":
    main()
