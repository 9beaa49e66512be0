"""Logins by the recipe for Django. Arguments and lines as in `login.php`."""

from __future__ import annotations

import runpy
import sys

import django
from django.conf import settings

recipe, *words = sys.argv[1:]
settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    **{name: value for name, value in runpy.run_path(recipe).items() if name.isupper()},
)
django.setup()

from django.contrib.auth import authenticate  # noqa: E402 - not before the settings
from django.core.management import call_command  # noqa: E402 - likewise

call_command("migrate", verbosity=0)
for name, password in zip(words[::2], words[1::2], strict=True):
    user = authenticate(username=name, password=password)
    if user is None:
        print("refused", "", sep="\t")
        continue
    groups = sorted(user.groups.values_list("name", flat=True))
    assert user.is_staff == ("admins" in groups)
    print(user.email, ",".join(groups), sep="\t")
