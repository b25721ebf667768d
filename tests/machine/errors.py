"""What can go wrong with a test machine."""


class Unavailable(Exception):
    """This host cannot carry a test machine; the message says why in one line."""


class MachineError(Exception):
    """The machine should work here and did not; the message ends with what the program said."""
