"""What runs beside our own code: pinned with hashes, and under licences that allow it. Needs no network."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
# Extras of which the image installs nothing.
NOT_RUN = ("dev", "benchmarks")
OURS = "build-planner"
RUN_TIME_EXTRAS = ("jwt", "openai", "postgres", "telemetry")

# SPDX identifiers. Copyleft that reaches our own code (GPL, AGPL) is not among them; LGPL is a library that we link.
ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "HPND", "ISC", "MIT", "MIT-0"),
    *("MIT-CMU", "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib", "LGPL-3.0-only"),
}
# As older packages say it.
SPDX = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "BSD 3-Clause": "BSD-3-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "BSD License": "BSD",
    # PDFium with what is built into it: FreeType, libjpeg, zlib and others of the kind.
    "BSD-3-Clause, Apache-2.0, dependency licenses": "BSD-3-Clause",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


def run_time() -> dict[str, Distribution]:
    """Every distribution that the installed system needs on this machine, extras included."""
    found: dict[str, Distribution] = {}
    waiting = [(OURS, extra) for extra in ("", *RUN_TIME_EXTRAS)]
    seen = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        found[name] = distribution(name)
        for text in found[name].requires or ():
            wanted = Requirement(text)
            if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
                needs = {(canonicalize_name(wanted.name), each) for each in ("", *wanted.extras)} - seen
                seen |= needs
                waiting += needs
    del found[OURS]
    return found


def pins() -> dict[str, tuple[str, list[str]]]:
    """Name to version and hashes in the lock file."""
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / "requirements.lock").read_text())
    found = (re.match(r"([a-z0-9.-]+)==(\S+)", entry) for entry in entries)
    return {
        pin[1]: (pin[2], re.findall(r"--hash=sha256:[0-9a-f]{64}", entry))
        for pin, entry in zip(found, entries, strict=True)
        if pin is not None
    }


def licences(found: Distribution) -> set[str]:
    """SPDX identifiers by its metadata: the expression, else the classifiers, else the free text's first line."""
    metadata = found.metadata
    if expression := metadata["License-Expression"]:
        return set(re.split(r"\s+(?:AND|OR|WITH)\s+|[()]", expression)) - {""}
    classifiers = [line.rpartition(" :: ")[2] for line in metadata.get_all("Classifier") or () if "License ::" in line]
    said = classifiers or [(metadata["License"] or "").strip().partition("\n")[0]]
    return {SPDX.get(name, name) for name in said if name != "OSI Approved"} or {""}


def test_everything_that_runs_is_pinned_with_hashes() -> None:
    locked = pins()
    assert len(locked) > 50
    assert run_time().keys() - locked.keys() == set(), "renew it with `make lock`"
    assert [name for name, (_, hashes) in locked.items() if not hashes] == []


def test_the_lock_holds_what_the_project_asks_for() -> None:
    locked = pins()
    asked = [Requirement(text) for text in distribution(OURS).requires or ()]
    wanted = [each for each in asked if not any(extra in str(each.marker) for extra in NOT_RUN)]
    assert len(wanted) > 20
    for requirement in wanted:
        version, _ = locked[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement}: `make lock`"


def test_no_licence_binds_what_is_built_on_it() -> None:
    said = {name: licences(found) for name, found in run_time().items()}
    assert {name: found for name, found in said.items() if not found <= ALLOWED} == {}


def test_a_forbidden_licence_would_be_found() -> None:
    class Forbidden(Distribution):
        def read_text(self, filename: str) -> str | None:
            return "Metadata-Version: 2.4\nName: x\nLicense-Expression: MIT AND AGPL-3.0-or-later\n"

        def locate_file(self, path: object) -> Path:
            raise PackageNotFoundError

    assert licences(Forbidden()) - ALLOWED == {"AGPL-3.0-or-later"}
