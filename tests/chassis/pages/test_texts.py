"""Every text of the pages exists in both languages, and the catalogues hold nothing else."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from chassis.pages import catalogue
from chassis.pages.texts import texts

PACKAGES = ("chassis", "intake", "local")
"""Those with pages. A package that gets pages is added here and to `make texts`."""


@pytest.mark.parametrize("package", PACKAGES)
def test_every_text_is_translated_and_every_translation_used(package: str) -> None:
    assert list(catalogue.faults_of(Path(str(files(package))))) == []


def test_a_new_text_and_one_that_went_are_found(tmp_path: Path) -> None:
    (tmp_path / "locale").mkdir()
    shutil.copy(Path(str(files("intake"))) / "locale/en.po", tmp_path / "locale/en.po")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "one.html").write_text('{{ _("Kalimat baru") }}')
    faults = list(catalogue.faults_of(tmp_path))
    assert "not translated: Kalimat baru" in faults
    assert "not used: Kode pelacakan" in faults
    catalogue.write(tmp_path)
    assert list(catalogue.faults_of(tmp_path)) == ["not translated: Kalimat baru"]


def test_a_package_has_the_texts_of_the_kit_too() -> None:
    assert texts("intake", "en").gettext("Langsung ke isi") == "Skip to content"
    assert texts("intake", "id").gettext("Langsung ke isi") == "Langsung ke isi"
    assert texts("intake", "en").ngettext("%(num)s hari lagi", "%(num)s hari lagi", 1) == "in %(num)s day"


def test_what_has_no_translation_is_shown_as_it_was_written() -> None:
    assert texts("intake", "en").gettext("Kalimat tanpa terjemahan") == "Kalimat tanpa terjemahan"
