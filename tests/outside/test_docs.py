"""What the documents say is there, is there: links, files and folders by name, and the sections of docs/aws.md that the code cites."""

import re
import subprocess
from pathlib import Path

import pytest
from places import ROOT

TRACKED = [Path(name) for name in subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines()]
DOCUMENTS = [file for file in TRACKED if file.suffix == ".md"]
FOLDERS = {file.parts[0] for file in TRACKED if len(file.parts) > 1}
SOURCES = [file for file in TRACKED if file.suffix in (".rs", ".py", ".sh", ".toml", ".yml") or file.parts[0] in ("scripts", ".ci")]
FACTS = "docs/aws.md"


def without_blocks(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)


def is_there(name: str) -> bool:
    """A path from the top; `*` and `<name>` stand for anything."""
    return any(ROOT.glob(re.sub(r"<\w+>", "*", name).rstrip("/")))


def anchors(file: Path) -> set[str]:
    """The headings' names in links, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)", without_blocks(file.read_text()), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def named(text: str) -> list[str]:
    """The paths in back quotes, also within command lines."""
    words = [word for quoted in re.findall(r"`([^`]+)`", text) for word in quoted.split()]
    paths = [word.removeprefix("./").rstrip(".,:;") for word in words if re.fullmatch(r"[\w.<>*/-]+/[\w.<>*/-]*", word)]
    return [path for path in paths if path.split("/")[0] in FOLDERS]


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_what_a_document_links_to_is_there(document):
    text = re.sub(r"`[^`]*`", "", without_blocks((ROOT / document).read_text()))
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        name, _, anchor = link.partition("#")
        file = ROOT / document.parent / name if name else ROOT / document
        if not re.match(r"\w+:", link) and (not file.exists() or anchor and anchor not in anchors(file)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_what_a_document_names_is_there(document):
    assert [path for path in named((ROOT / document).read_text()) if not is_there(path)] == []


def said(source: Path) -> str:
    """A source's text; of Rust its comments alone, because its strings name files of stacks too."""
    text = (ROOT / source).read_text()
    return "\n".join(re.findall(r"^\s*//.*", text, re.M)) if source.suffix == ".rs" else text


def test_what_the_code_names_is_there():
    path = re.compile(r"(?<![\w./$}-])(?:docs|tests|scripts|examples)/(?:[\w.-]+/)*[\w-]+(?:\.\w+)*")
    named_by = {str(source): path.findall(said(source)) for source in SOURCES}
    assert any(named_by.values())
    assert {source: wrong for source, names in named_by.items() if (wrong := [n for n in names if not is_there(n)])} == {}


def cited(text: str) -> set[str]:
    """The sections of docs/aws.md that a source names, and those of its rows of single calls, which come first in each."""
    after_the_name = re.findall(re.escape(FACTS) + r"`?,? (?:sections? )?((?:\d+(?:\.\d+)?(?:, | and )?)+)", text)
    in_rows = re.findall(r"^    (?:Refusal|Answer|gone|bad|taken|answer)\(\s*\"(\d[\d.]*)\"", text, re.M)
    return set(re.findall(r"\d+(?:\.\d+)?", " ".join(after_the_name + in_rows)))


def test_the_sections_that_the_code_cites_are_there():
    sections = set(re.findall(r"^(?:#+ |\*\*)(\d+(?:\.\d+)?)", (ROOT / FACTS).read_text(), re.M))
    by_source = {str(source): cited((ROOT / source).read_text()) for source in SOURCES}
    assert len(set().union(*by_source.values())) > 15, "the way in which sections are cited is no longer understood"
    assert {source: wrong for source, all_cited in by_source.items() if (wrong := all_cited - sections)} == {}


def test_the_walk_of_one_up_is_the_codes():
    rows = re.findall(r"^\| \d+ \| \[(\S+)\]\(\.\./\S+\) \| (.+?) \|", (ROOT / "docs/architecture.md").read_text(), re.M)
    assert 10 < len({file for file, _ in rows}) <= 20, "the way is longer than anybody follows, or the table has another form"
    missing = [
        f"{file}: {name}"
        for file, names in rows
        for name in re.findall(r"`(\w+)`", names)
        if not re.search(rf"\bfn {name}\b", (ROOT / file).read_text())
    ]
    assert missing == []
