"""The language of the window: its texts, Qt's own, and how numbers are written."""

from enum import StrEnum

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from render_manager.resource_files import resources


class LanguageChoice(StrEnum):
    SYSTEM = "system"
    ENGLISH = "en"
    CHINESE = "zh_CN"


#: Each language's name in itself: whoever looks for it may read no other.
NAMES = {LanguageChoice.ENGLISH: "English", LanguageChoice.CHINESE: "简体中文"}


def system_language() -> LanguageChoice:
    """The first of the languages that the user reads which we speak."""
    for name in QLocale.system().uiLanguages():
        language = QLocale(name).language()
        if language is QLocale.Language.Chinese:
            return LanguageChoice.CHINESE
        if language is QLocale.Language.English:
            return LanguageChoice.ENGLISH
    return LanguageChoice.ENGLISH


class Language:
    """Speaks a language from now on: what is shown already stays as it is until it is made anew."""

    def __init__(self, app: QCoreApplication, choice: str = LanguageChoice.SYSTEM) -> None:
        self._app = app
        self._translators: list[QTranslator] = []
        self.choice = LanguageChoice.SYSTEM
        self.choose(choice if choice in list(LanguageChoice) else LanguageChoice.SYSTEM)

    @property
    def spoken(self) -> LanguageChoice:
        """English or Chinese, whatever follows from the choice."""
        return system_language() if self.choice is LanguageChoice.SYSTEM else self.choice

    def choose(self, choice: str) -> None:
        self.choice = LanguageChoice(choice)
        for translator in self._translators:
            self._app.removeTranslator(translator)
        self._translators = []
        QLocale.setDefault(self._locale())
        if self.spoken is not LanguageChoice.ENGLISH:
            # The one installed last is asked first: the program's own words come before Qt's.
            self._install(f"qtbase_{self.spoken}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
            self._install(f"render_manager_{self.spoken}", str(resources() / "i18n"))

    def _locale(self) -> QLocale:
        """Numbers and units in the language of the texts, by the rules of the user's country where they fit."""
        system = QLocale.system()
        own = QLocale(self.spoken.value)
        return system if system.language() is own.language() else own

    def _install(self, name: str, folder: str) -> None:
        translator = QTranslator(self._app)
        if translator.load(name, folder):
            self._app.installTranslator(translator)
            self._translators.append(translator)
