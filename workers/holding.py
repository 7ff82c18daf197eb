"""What a lane has claimed: leases to renew, and frames that are taken from it meanwhile."""

import threading
from collections.abc import Sequence

from render_manager.domain.entities import Claim


class Holding:
    """The claims of one lane. Any thread may ask and ``lose``; the lane's own does the rest.

    A claim is *added*, perhaps long before its turn; *begun* when something works on it; *settled* when how it ends is
    decided and losing it comes too late; and *dropped* once that is written down.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: list[Claim] = []
        self._begun: list[Claim] = []
        self._lost: list[Claim] = []

    def add(self, claim: Claim, *, begun: bool = False) -> None:
        with self._lock:
            self._held.append(claim)
            if begun:
                self._begun.append(claim)

    def begin(self, claim: Claim) -> bool:
        """False: it was lost before its turn."""
        with self._lock:
            if _among(claim, self._lost):
                return False
            self._begun.append(claim)
            return True

    def settle(self, claim: Claim) -> None:
        with self._lock:
            self._begun = _without(claim, self._begun)

    def drop(self, claim: Claim) -> None:
        with self._lock:
            self._held, self._begun, self._lost = (
                _without(claim, claims) for claims in (self._held, self._begun, self._lost)
            )

    def drop_all(self) -> list[Claim]:
        with self._lock:
            held, self._held, self._begun, self._lost = self._held, [], [], []
            return held

    def lose(self, claim: Claim) -> bool:
        """Note that the claim is lost; whether nothing that was begun is worth going on with now."""
        with self._lock:
            if not _among(claim, self._held) or _among(claim, self._lost):
                return False
            self._lost.append(claim)
            return _among(claim, self._begun) and all(_among(begun, self._lost) for begun in self._begun)

    def lost(self, claim: Claim) -> bool:
        with self._lock:
            return _among(claim, self._lost)

    @property
    def all(self) -> Sequence[Claim]:
        with self._lock:
            return tuple(self._held)


def _among(claim: Claim, claims: Sequence[Claim]) -> bool:
    return any(other is claim for other in claims)


def _without(claim: Claim, claims: Sequence[Claim]) -> list[Claim]:
    return [other for other in claims if other is not claim]
