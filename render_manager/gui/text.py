"""Numbers and times as people read them."""

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from render_manager.domain.failures import FailureClass


def duration(seconds: float | None) -> str:
    """``42 s``, ``7 min``, ``3 h 05``, ``2 d 4 h``: two places at most, so that a column of them can be compared."""
    if seconds is None:
        return ""
    whole = int(seconds)
    if whole < 60:
        return QCoreApplication.translate("Text", "{0} s").format(whole)
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if minutes < 60:
        return QCoreApplication.translate("Text", "{0} min").format(minutes)
    if hours < 24:
        return QCoreApplication.translate("Text", "{0} h {1:02}").format(hours, minutes % 60)
    return QCoreApplication.translate("Text", "{0} d {1} h").format(days, hours % 24)


def precise_duration(seconds: float | None) -> str:
    """``0.9 s``, ``42 s``, ``7 min 05 s``; from an hour on as ``duration``: what one thing took."""
    if seconds is None or seconds >= 3600:
        return duration(seconds)
    if seconds < 10:
        return QCoreApplication.translate("Text", "{0} s").format(QLocale().toString(float(seconds), "f", 1))
    if seconds < 60:
        return duration(seconds)
    return QCoreApplication.translate("Text", "{0} min {1:02} s").format(int(seconds) // 60, int(seconds) % 60)


def size(count: int) -> str:
    """Bytes in the unit that fits: ``1.4 GB``."""
    return QLocale().formattedDataSize(count, 1, QLocale.DataSizeFormat.DataSizeTraditionalFormat)


def number(value: int) -> str:
    """With the separators of the user's country."""
    return QLocale().toString(value)


def moment(at: float | None, *, to_the_second: bool = False) -> str:
    """A point in time, local, in the one form that nobody reads the wrong way round; empty if there is none."""
    form = "yyyy-MM-dd HH:mm:ss" if to_the_second else "yyyy-MM-dd HH:mm"
    return QDateTime.fromSecsSinceEpoch(int(at)).toString(form) if at else ""


def clock(at: float) -> str:
    """The time of today, to the second; of another day with the date, to the minute."""
    then = QDateTime.fromSecsSinceEpoch(int(at))
    return then.toString("HH:mm:ss") if then.date() == QDateTime.currentDateTime().date() else moment(at)


def failure(kind: FailureClass | None) -> str:
    """What kind of failure an attempt ended by; empty for none, and where nothing tells."""
    words = {
        FailureClass.SCENE: QCoreApplication.translate("Text", "The scene"),
        FailureClass.ASSET: QCoreApplication.translate("Text", "A texture or library is missing"),
        FailureClass.NODE: QCoreApplication.translate("Text", "The host's installation"),
        FailureClass.STORAGE: QCoreApplication.translate("Text", "Disk"),
        FailureClass.OBJECT_STORE: QCoreApplication.translate("Text", "Object store"),
        FailureClass.LICENCE: QCoreApplication.translate("Text", "Licence"),
        FailureClass.MEMORY: QCoreApplication.translate("Text", "Out of memory"),
        FailureClass.GPU_MEMORY: QCoreApplication.translate("Text", "Out of graphics memory"),
        FailureClass.CRASH: QCoreApplication.translate("Text", "Crash"),
        FailureClass.HANG: QCoreApplication.translate("Text", "Hang"),
        FailureClass.OUTPUT: QCoreApplication.translate("Text", "Not the image it should be"),
    }
    return words.get(kind, "") if kind else ""
