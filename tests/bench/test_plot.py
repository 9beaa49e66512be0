"""The picture."""

from __future__ import annotations

from xml.etree import ElementTree

from bench.figures import Result, Sample
from bench.plot import plot, x_of

SVG = "{http://www.w3.org/2000/svg}"


def test_each_peer_has_a_bar_and_a_spread_and_what_is_void_has_none() -> None:
    good = Result("bind & search", "", {"ours": [Sample(2), Sample(4)], "slapd": [Sample(1), Sample(1)]})
    void = Result("flow", "", {"ours": [Sample(2, fault="code 80")], "slapd": [Sample(1)]})
    root = ElementTree.fromstring(plot([good, void]))
    bars = [one for one in root.iter(f"{SVG}rect") if one.get("fill") != "white"]
    assert len(bars) == 1
    assert float(bars[0].get("width", "0")) == round(x_of(3) - x_of(1), 1)
    assert "bind & search, beside slapd" in [one.text for one in root.iter(f"{SVG}text")]


def test_the_scale_is_logarithmic_and_ends() -> None:
    assert x_of(10) - x_of(1) == x_of(100) - x_of(10)
    assert x_of(5000) == x_of(100)
    assert x_of(0) == x_of(0.1)
