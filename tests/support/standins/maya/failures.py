"""How a run ends early."""

from tests.support.standins.maya import behaviours


class Failed(Exception):
    """What MEL reports: the scene failed to render.

    Attributes:
        key: a text in behaviours.ENGLISH; its ``{mel}`` and ``{scene}`` are known to who says it.
    """

    def __init__(self, key: str, *, code: int = behaviours.MEL_FAILED, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.code = code
        self.values = values


class NotDoneHere(Exception):
    """The real program can do this, the stand-in can't."""
