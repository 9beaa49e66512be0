"""String preparation for comparing (RFC 4518), as far as DNs, filters and names need it.

The folding is the same as that of `gateway.identity.model.normalise` (a test holds the two together): simple, one
character to one character, so that `straße` and `strasse` stay two people (R2).
For the same reason control characters are kept, where RFC 4518 2.2 would drop them: `ad\\x00min` is not `admin`.
"""

from __future__ import annotations

import re
import unicodedata

# RFC 4518 2.2: TAB, LF, VT, FF, CR, NEL and every separator (Zs, Zl, Zp) count as a blank.
_BLANKS = re.compile("[\t\n\v\f\r \x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")


def fold(text: str) -> str:
    """NFKC and simple case folding."""
    if text.isascii():
        return text.lower()
    folded = "".join(map(_fold, unicodedata.normalize("NFKC", text)))
    return unicodedata.normalize("NFKC", folded)


def _fold(character: str) -> str:
    for form in (character.casefold(), character.lower()):
        if len(form) == 1:
            return form
    return character


def compose(text: str) -> str:
    """NFKC, the case kept."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def collapse(text: str) -> str:
    """Without blanks at the ends, and each run of blanks inside as one (RFC 4518 2.6.1, in its shortest form)."""
    return _BLANKS.sub(" ", text).strip(" ")
