"""What is written about settings is what is declared of them."""

import re

import pytest

from render_manager.config import Settings, load_settings
from render_manager.settings.fields import Fields, extra_of
from tests.settings_docs import FILES, example


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_files_are_as_they_would_be_written_now(file) -> None:
    assert file.read_text(encoding="utf-8") == FILES[file](), "run `python -m tests.settings_docs`"


def test_the_example_names_every_setting_with_its_default() -> None:
    named = re.findall(r"^#?([A-Z_]+)=(.*)$", example(), re.MULTILINE)
    assert [name for name, _ in named] == [name.upper() for name in Settings.model_fields]
    defaults = load_settings()
    for name, value in named:
        if value:
            assert getattr(load_settings(**{name.lower(): value}), name.lower()) == getattr(defaults, name.lower())
        else:
            assert name == "RENDER_MANAGER_HOME" or getattr(defaults, name.lower()) is None


def test_each_says_what_it_does_in_a_sentence_or_two() -> None:
    for name, field in Fields.model_fields.items():
        assert field.description, name
        assert len(field.description) < 240, name
        assert extra_of(name, "who"), name
