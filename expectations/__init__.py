"""The gate: what a feed must look like, and what happens to what does not."""


class BadInput(ValueError):
    """What was handed in is wrong; the message is one line that names file, row, column and remedy.

    The command line prints the message and exits with code 2. Anything else that escapes is a bug.
    """
