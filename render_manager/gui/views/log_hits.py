"""What is searched for in a log: counted in the bar, marked beside the text, gone to in it."""

from PySide6.QtCore import QCoreApplication, QObject

from render_manager.gui import text
from render_manager.gui.models.log_search import LogSearch, Wanted
from render_manager.gui.views.log_find import LogFind
from render_manager.gui.views.log_marks import LogMarks
from render_manager.gui.views.log_text import LogText


class LogHits(QObject):
    def __init__(self, bar: LogFind, shown: LogText, marks: LogMarks, parent: QObject) -> None:
        super().__init__(parent)
        self._bar, self._text, self._marks = bar, shown, marks
        self._search: LogSearch | None = None
        self._jump = False  #: to the first hit as soon as there is one
        bar.wanted.connect(self._look_for)
        bar.step.connect(self._go)

    def search_in(self, search: LogSearch | None) -> None:
        """Of another document from now on; None: there is none."""
        self._search = search
        self._jump = False
        self._text.spans = None
        if search:
            search.changed.connect(self._searched)

    def _look_for(self, wanted: Wanted | None) -> None:
        if self._search and wanted != self._search.wanted:
            self._jump = wanted is not None
            self._search.look_for(wanted, max(self._text.current, 0))
            self._text.spans = wanted.spans if wanted else None

    def _searched(self) -> None:
        search = self._search
        if search is None:
            return
        self._marks.show_hits(search.marked)
        if self._jump and search.count:
            self._jump = False
            self._go(True)
        self._count()

    def _go(self, forward: bool) -> None:
        if self._search:
            found = self._search.next(self._text.current, forward=forward)
            if found is not None:
                self._text.reveal(found)
            self._count()

    def _count(self) -> None:
        search, translate = self._search, QCoreApplication.translate
        if search is None or (search.wanted is None and not search.problem):
            self._bar.say("")
        elif search.problem:
            self._bar.say(search.problem, wrong=True)
        elif not search.count:
            none, yet = translate("LogView", "No hits"), translate("LogView", "Searching…")
            self._bar.say(none if search.done else yet, wrong=search.done)
        else:
            at = search.position(self._text.current) if self._text.has_cursor else 0
            whole, part = translate("LogView", "{0} of {1}"), translate("LogView", "{0} of {1}…")
            self._bar.say((whole if search.done else part).format(text.number(at), text.number(search.count)))
