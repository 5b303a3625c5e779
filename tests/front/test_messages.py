"""The Chinese texts: compiled when they are newer, and said when missing or wrong."""

import gettext
import sys
from pathlib import Path

import pytest

from entrepot.cli.messages import compile_messages

ROOT = Path(__file__).resolve().parents[2]
HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=1; plural=0;\\n"\n\n'


@pytest.fixture
def tool(monkeypatch, tmp_path):
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        import messages
    finally:
        sys.path.remove(str(ROOT / "tools"))
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "PACKAGE", tmp_path)
    return messages


def catalogue(folder: Path, area: str, text: str) -> Path:
    path = folder / area / "zh_Hans" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def test_a_catalogue_is_compiled_once(tmp_path) -> None:
    source = catalogue(tmp_path, "shopper", 'msgid "Basket"\nmsgstr "购物车"\n')

    assert compile_messages(locales=tmp_path) == 1
    assert compile_messages(locales=tmp_path) == 0
    with source.with_suffix(".mo").open("rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext("Basket") == "购物车"


@pytest.mark.parametrize(
    ("code", "chinese", "said"),
    [
        ('_("Basket")', "", "no Chinese for: Basket"),
        ('_("Basket")', 'msgid "Basket"\nmsgstr ""\n', "no Chinese for: Basket"),
        ('_("{count} left")', 'msgid "{count} left"\nmsgstr "剩{number}件"\n', "a placeholder that the English lacks"),
        ('_("Basket")', '#, fuzzy\nmsgid "Basket"\nmsgstr "篮子"\n', "fuzzy: Basket"),
        ('class Gone(Exception):\n    code = "a.gone"\n    message = "It is gone."', "", "no Chinese for: It is gone."),
    ],
)
def test_what_is_missing_or_wrong_is_said(tool, tmp_path, capsys, code, chinese, said) -> None:
    (tmp_path / "pages.py").write_text(code + "\n", encoding="utf-8")
    catalogue(tmp_path / "web" / "locale", "shopper", chinese)

    assert tool.check() == 1
    assert said in capsys.readouterr().out


def test_a_template_asks_for_its_texts_too(tool, tmp_path, capsys) -> None:
    (tmp_path / "web" / "templates").mkdir(parents=True)
    (tmp_path / "web" / "templates" / "basket.html").write_text(
        '<h1>{{ _("Basket") }}</h1>{% trans count=3 %}{{ count }} piece{% pluralize %}{{ count }} pieces{% endtrans %}'
    )
    texts = 'msgid "Basket"\nmsgstr "购物车"\n\nmsgid "%(count)s piece"\nmsgid_plural "%(count)s pieces"\nmsgstr[0] "%(count)s 件"\n'
    catalogue(tmp_path / "web" / "locale", "shopper", texts)

    assert tool.check() == 0
    assert "2 texts in Chinese, 0 to mend." in capsys.readouterr().out
