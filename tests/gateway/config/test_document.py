"""`gateway.config.document`: what is taken from a file, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config.document import Document, read_document
from gateway.errors import ConfigErrors


def read(tmp_path: Path, text: str | bytes) -> Document:
    path = tmp_path / "x.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_document(path)


def refusal(tmp_path: Path, text: str | bytes) -> str:
    with pytest.raises(ConfigErrors) as caught:
        read(tmp_path, text)
    return str(caught.value).removeprefix(f"{tmp_path}/")


def complaints(tmp_path: Path, text: str) -> list[str]:
    return [str(error).removeprefix(f"{tmp_path}/") for error in read(tmp_path, text).errors]


@pytest.mark.parametrize(("text", "value"), [
    ("no", "no"), ("off", "off"), ("yes", "yes"), ("true", True), ("False", False), ("~", None), ("", None),
    ("12", 12), ("-3", -3), ("0", 0), ("1.5", 1.5), ("1e3", "1e3"), ("0x1F", "0x1F"), ("1_000", "1_000"),
    ("2024-01-01", "2024-01-01"), (".inf", ".inf"), ("'022'", "022"), ('"12:30"', "12:30"), ("5m", "5m"),
    ("=", "="), ("[1, a]", [1, "a"]), ("{a: 1}", {"a": 1}),
])  # fmt: skip
def test_values_mean_what_they_mean_in_every_yaml(tmp_path: Path, text: str, value: object) -> None:
    document = read(tmp_path, f"key: {text}\n")
    assert document.values == {"key": value}
    assert document.errors == []


@pytest.mark.parametrize("text", ["022", "12:30:45", "-07", "1234567890123456789012"])
def test_a_number_that_two_readers_read_differently_must_be_quoted(tmp_path: Path, text: str) -> None:
    expected = "x.yaml:2: b: a number that can be read in two ways: put it in quotes"
    assert complaints(tmp_path, f"a: 1\nb: {text}\n") == [expected]


def test_every_value_remembers_its_line(tmp_path: Path) -> None:
    document = read(tmp_path, "a:\n  b:\n    - c: 1\n\n    - d\n")
    lines = [document.line(place) for place in [("a",), ("a", "b"), ("a", "b", 0, "c"), ("a", "b", 1)]]
    assert lines == [1, 2, 3, 5]
    assert document.line(("a", "b", 0, "nothing", "there")) == 3


def test_a_key_given_twice_is_a_fault_wherever_it_is(tmp_path: Path) -> None:
    assert complaints(tmp_path, "a: 1\nb: {c: 1, c: 2}\na: 2\n") == [
        "x.yaml:2: b.c: is given twice",
        "x.yaml:3: a: is given twice",
    ]


@pytest.mark.parametrize("text", ["a: !x b", "a: !!int b", "a: !!python/name:os.system ''", "a: !!set {b}", "a: !x {}"])
def test_tags_are_refused_and_nothing_is_constructed(tmp_path: Path, text: str) -> None:
    assert complaints(tmp_path, text) == ["x.yaml:1: a: YAML tags (!) are not supported"]


def test_aliases_are_followed_and_merge_keys_are_not(tmp_path: Path) -> None:
    assert read(tmp_path, "a: &x [1, 2]\nb: *x\n").values == {"a": [1, 2], "b": [1, 2]}
    assert complaints(tmp_path, "a: &x {c: 1}\nb:\n  <<: *x\n") == [
        "x.yaml:3: b: merge keys (<<) are not supported: write the options out"
    ]


def test_what_aliases_expand_to_is_bounded(tmp_path: Path) -> None:
    tens = ["a: &a [1,1,1,1,1,1,1,1,1,1]"]
    tens += [
        f"{name}: &{name} [{','.join(['*' + before] * 10)}]" for before, name in zip("abcde", "bcdef", strict=True)
    ]
    assert "aliases expand to too much" in refusal(tmp_path, "\n".join(tens))
    assert "aliases expand to too much" in refusal(tmp_path, "a: &x [*x]")


@pytest.mark.parametrize(("text", "sentence"), [
    ("", "x.yaml: the file is empty"),
    ("# nothing\n", "x.yaml: the file is empty"),
    ("- a\n", "x.yaml:1: must be a mapping: `name: value` lines"),
    (b"a: 1\nb: \xe9\n", "x.yaml:2: is not UTF-8"),
    ("a: 1\nb: \x07\n", "x.yaml:2: there is a character that YAML does not allow"),
    ("a:\n\tb: 1\n", "x.yaml:2: not YAML: a tab where only blanks may stand"),
    ("a" * (1 << 20) + ": 1", "x.yaml: is larger than 1 MiB"),
    ("a: " + "[" * 100_000, "x.yaml: nested too deeply"),
    ("a: 1\n---\nb: 2\n", "x.yaml:2: not YAML: but found another document"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path, text: str | bytes, sentence: str) -> None:
    assert refusal(tmp_path, text).startswith(sentence)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors, match=r"nothing\.yaml: cannot be read: No such file or directory"):
        read_document(tmp_path / "nothing.yaml")
    with pytest.raises(ConfigErrors, match="cannot be read: Is a directory"):
        read_document(tmp_path)


@pytest.mark.parametrize("text", [
    "a: 'hunter2", "a: *hunter2", "a: !hunter2!x y", "a: b\n hunter2: c", "a: [hunter2", "a: %hunter2",
    "a: &hunter2 &x", "a: {hunter2", 'a: "\\hunter2"', "a: @hunter2", "a: |hunter2\n", "a: !hunter2 x",
    "a: 022 \nb: hunter2: x",
])  # fmt: skip
def test_no_fault_shows_a_value(tmp_path: Path, text: str) -> None:
    """R15: whatever stands in the file may be a password."""
    try:
        shown = " ".join(complaints(tmp_path, text))
    except ConfigErrors as error:
        shown = str(error)
    assert shown
    assert "hunter2" not in shown


@settings(max_examples=60)
@given(st.one_of(st.binary(max_size=60), st.text("ab:-[]{}&*!|>'\"#%@`,?0 \n\t", max_size=60)))
def test_nothing_but_config_errors_is_raised(tmp_path_factory: pytest.TempPathFactory, text: str | bytes) -> None:
    try:
        read(tmp_path_factory.getbasetemp(), text)
    except ConfigErrors:
        return


def test_a_text_that_was_read_before_counts_and_not_the_file(tmp_path: Path) -> None:
    """A worker that is replaced must not meet a file that somebody is editing."""
    path = tmp_path / "x.yaml"
    path.write_text("a: half")
    document = read_document(path, "a: 1\na: 2")
    assert document.values == {"a": 1}
    assert [str(error) for error in document.errors] == [f"{path}:2: a: is given twice"]
