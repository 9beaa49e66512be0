"""`gateway.config.settings`: from a file to settings, or to every fault of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from configuring import MINIMAL, OldOptions, faults, loaded
from pydantic import ValidationError

from gateway.config import load
from gateway.errors import ConfigError, ConfigErrors

SOURCE = """\
sources:
  - name: staff
    type: old
    url: ldap://old.example.com
"""


def test_the_smallest_configuration_has_every_default(tmp_path: Path) -> None:
    settings = loaded(tmp_path, MINIMAL)
    assert settings.directory.base == "dc=example,dc=com"
    assert settings.sources == ()
    assert settings.limits.message_anonymous == 65_536
    assert settings.migration.wait == 0.25
    assert settings.passwords.memory == 19 << 20
    assert settings.passwords.threads == len(os.sched_getaffinity(0))
    assert settings.names.login_attributes == ("uid", "sAMAccountName")
    assert settings.applications == ()
    assert settings.warnings == ()


def test_sources_keep_their_order_and_their_plug_ins_options(tmp_path: Path) -> None:
    settings = loaded(tmp_path, MINIMAL + SOURCE + "  - {name: b, type: old, url: x, timeout: 250ms, lockout: {}}\n")
    assert [source.name for source in settings.sources] == ["staff", "b"]
    assert isinstance(settings.sources[1].options, OldOptions)
    assert settings.sources[1].options.timeout == 0.25
    assert settings.sources[1].options.lockout is not None


def test_a_section_of_comments_has_its_defaults(tmp_path: Path) -> None:
    assert loaded(tmp_path, MINIMAL + "limits:\n  # size: 5\nsources:\n").limits.size == 10_000


def test_durations_and_sizes_are_written_with_units(tmp_path: Path) -> None:
    limits = loaded(tmp_path, MINIMAL + "limits: {idle: 2h, message_anonymous: 128KiB}\n").limits
    assert (limits.idle, limits.message_anonymous) == (7200.0, 131_072)


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = loaded(tmp_path, MINIMAL)
    with pytest.raises(AttributeError):
        settings.sources = ()  # type: ignore[misc]  # that is what is tested
    with pytest.raises(ValidationError):
        settings.limits.size = 1


def test_every_fault_is_reported_at_once_with_file_line_and_path(tmp_path: Path) -> None:
    text = """\
directory:
  url: memory://
listen:
  ldap: {prot: 389, starttls: of, address: 127.0.0.1}
limit:
  size: 5
limits:
  idle: fast
  time: 0s
sources:
  - name: staff
    type: old
    url: x
    timout: 5s
  - name: 2nd
    type: odl
  - name: Staff
    type: old
    url: y
    flags: [{column: a, nto: true}]
  - name: staff
    type: old
    url: z
    breaker: {failures: many}
    charset: 5
    charset: utf-8
"""
    assert faults(tmp_path, text) == [
        "bindferry.yaml:1: directory.base: must be a DN: write for example dc=example,dc=com",
        "bindferry.yaml:4: listen.ldap.starttls: must be 'off', 'offered' or 'required'",
        "bindferry.yaml:4: listen.ldap.prot: there is no such option; did you mean port?",
        "bindferry.yaml:5: limit: there is no such option; did you mean limits?",
        "bindferry.yaml:8: limits.idle: not a duration: write for example 250ms, 5s, 10m, 2h or 30d",
        "bindferry.yaml:9: limits.time: must be greater than 0",
        "bindferry.yaml:14: sources.0.timout: there is no such option; did you mean timeout?",
        "bindferry.yaml:16: sources.1.type: there is no 'odl' here",
        "bindferry.yaml:20: sources.2.flags.0.nto: there is no such option; did you mean not?",
        "bindferry.yaml:24: sources.3.breaker.failures: must be a valid integer, unable to parse string as an integer",
        "bindferry.yaml:25: sources.3.charset: must be a text: put it in quotes",
        "bindferry.yaml:26: sources.3.charset: is given twice",
    ]


def test_two_sources_with_one_name_are_a_fault(tmp_path: Path) -> None:
    again = "  - {name: STAFF, type: old, url: x}\n"
    assert faults(tmp_path, MINIMAL + SOURCE + again) == [
        "bindferry.yaml:10: sources.1.name: the source in line 7 has the same name"
    ]


@pytest.mark.parametrize(("text", "fault"), [
    ("listen: {ldap: {starttls: off}}", "bindferry.yaml:1: directory: is required"),
    ("directory: x\n" + MINIMAL[MINIMAL.index("listen") :], "bindferry.yaml:1: directory: must be a mapping "
     "of options"),
    (MINIMAL.replace("  url: memory://\n", ""), "bindferry.yaml:1: directory.url: must be a URL: write for example "
     "sqlite:////var/lib/bindferry/directory.db"),
    (MINIMAL.replace("memory://", "oracle://x"), "bindferry.yaml:2: directory.url: there is no 'oracle' here"),
    (MINIMAL.replace("memory://", "{env: NOT_THERE_AT_ALL}"),
     "bindferry.yaml:2: directory.url: the environment has no variable NOT_THERE_AT_ALL"),
    (MINIMAL.replace("dc=example,dc=com", "example.com"),
     "bindferry.yaml:3: directory.base: must be a DN: write for example dc=example,dc=com"),
    (MINIMAL[: MINIMAL.index("listen")], "bindferry.yaml:1: listen: is required"),
    ("workers: 0\n" + MINIMAL, "bindferry.yaml:1: workers: must be greater than or equal to 1"),
    (MINIMAL[: MINIMAL.index("listen")] + "listen:\n",
     "bindferry.yaml:4: listen: nothing is listened on: write at least one of ldap and ldaps"),
    (MINIMAL + "limits: []\n", "bindferry.yaml:6: limits: must be a mapping of options"),
    (MINIMAL + "sources: {a: b}\n", "bindferry.yaml:6: sources: must be a list: each source begins with `- name: …`"),
    (MINIMAL + "sources: [a]\n", "bindferry.yaml:6: sources.0: must be a mapping of options"),
    (MINIMAL + "sources: [{name: a}]\n", "bindferry.yaml:6: sources.0.type: is required: which kind of store this is, "
     "for example ldap or sql"),
    (MINIMAL + "sources: [{type: old, url: x}]\n", "bindferry.yaml:6: sources.0.name: is required"),
    (MINIMAL + "sources: [{name: ../a, type: old, url: x}]\n", "bindferry.yaml:6: sources.0.name: a source's name is "
     "letters, digits, - and _, up to 63, and begins with a letter"),
    (MINIMAL + "sources: [{name: a, type: old, url: x, bind_password: {file: /nowhere}}]\n", "bindferry.yaml:6: "
     "sources.0.bind_password: the secret file /nowhere cannot be read: No such file or directory"),
    (MINIMAL + "passwords: {memory: 8KiB, parallelism: 4}\n", "bindferry.yaml:6: passwords: memory is too small: "
     "Argon2 needs at least 8KiB for each lane (parallelism)"),
    (MINIMAL + "throttle: {lock: 2h}\n", "bindferry.yaml:6: throttle: lock_max is shorter than lock"),
    (MINIMAL + "names: {suffixes: ['@']}\n", "bindferry.yaml:6: names.suffixes.0: must not be empty"),
])  # fmt: skip
def test_one_fault_is_one_sentence(tmp_path: Path, text: str, fault: str) -> None:
    assert faults(tmp_path, text) == [fault]


def test_the_url_of_the_directory_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("memory://secret\n")
    settings = loaded(tmp_path, MINIMAL.replace("memory://", f"{{file: {tmp_path}/url}}"))
    assert "secret" not in repr(settings)


def test_secrets_are_shown_by_no_fault_and_no_repr(tmp_path: Path) -> None:
    """R15: not even where a plug-in's own validator quotes its input."""
    url = "mssql://sa:hunter%40two@old,db/x"
    text = MINIMAL + f"sources:\n  - {{name: a, type: old, url: '{url}', bind_password: hunter4, timeout: hunter4}}\n"
    shown = "\n".join(faults(tmp_path, text))
    assert "sources.0.url: cannot make sense of mssql://sa:…@old,db/x" in shown
    assert "hunter" not in shown
    fine = MINIMAL + "sources: [{name: a, type: old, url: x://u:hunter2@h, bind_password: hunter4}]\n"
    assert "hunter" not in repr(loaded(tmp_path, fine))


def test_a_fault_that_is_found_later_gets_its_line_too(tmp_path: Path) -> None:
    settings = loaded(tmp_path, MINIMAL + SOURCE)
    found = settings.located(ConfigError("the driver is missing", where="sources.0.url"))
    assert str(found) == f"{tmp_path}/bindferry.yaml:9: sources.0.url: the driver is missing"
    assert settings.located(ConfigError("x", where="nowhere.at.all")).line == 1


def test_a_missing_file_and_a_real_plug_in_group(tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors, match="cannot be read"):
        load(tmp_path / "bindferry.yaml")
    path = tmp_path / "x.yaml"
    path.write_text(MINIMAL)
    with pytest.raises(ConfigErrors, match="there is no 'memory' here; known are: sqlite"):
        load(path)
