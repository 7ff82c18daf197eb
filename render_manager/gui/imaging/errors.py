"""Why an image can't be shown. Each message says what is wrong; the classes let a caller tell what to do about it."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication

from render_manager.domain.errors import RenderManagerError


class ImageError(RenderManagerError):
    """An image can't be read."""


class ImageMissing(ImageError):
    """There is no such file, or it can't be opened."""

    @classmethod
    def of(cls, path: Path, reason: str) -> "ImageMissing":
        return cls(QCoreApplication.translate("Imaging", "The image {0} can't be opened: {1}.").format(path, reason))


class ImageIncomplete(ImageError):
    """The file ends too early: it is still being written, or was cut. Worth another look a little later."""

    @classmethod
    def of(cls, path: Path, reason: str) -> "ImageIncomplete":
        text = QCoreApplication.translate(
            "Imaging", "The image {0} is not whole: it is still being written or was cut short ({1})."
        )
        return cls(text.format(path.name, reason))


class NotAnImage(ImageError):
    """The file has other content, or of a kind that can't be shown."""

    @classmethod
    def of(cls, path: Path, reason: str) -> "NotAnImage":
        text = QCoreApplication.translate("Imaging", "The file {0} can't be read as an image: {1}.")
        return cls(text.format(path.name, reason))


class NotWanted(RenderManagerError):
    """Nobody looks at that image any more; raised by whoever asked, to end a read or a download."""
