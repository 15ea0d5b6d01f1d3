"""As much of kustomize as the manifests use, for machines without it: resources, and components of JSON patches."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

MANIFESTS = Path(__file__).parents[3] / "deploy" / "kubernetes"
Manifest = dict[str, Any]


def load(text: str) -> list[Manifest]:
    """The documents of a YAML stream, to be changed at will."""
    return deepcopy(_parsed(text))


@cache
def _parsed(text: str) -> list[Manifest]:
    return list(YAML(typ="safe").load_all(text))


def build(*components: str) -> list[Manifest]:
    """The manifests with these components."""
    (base,) = load((MANIFESTS / "kustomization.yaml").read_text())
    manifests = [each for file in base["resources"] for each in load((MANIFESTS / file).read_text())]
    for component in components:
        for target, operations in patches(MANIFESTS / component):
            for manifest in manifests:
                if _meant(target, manifest):
                    apply(operations, manifest)
    return manifests


def build_by_kubectl(folder: Path, *components: str) -> list[Manifest] | None:
    """The same by kustomize itself, from a copy in `folder`; None where it is not installed."""
    if (kubectl := shutil.which("kubectl")) is None:
        return None
    copy = shutil.copytree(MANIFESTS, folder / "kubernetes")
    with (copy / "kustomization.yaml").open("a") as file:
        file.write(f"components: [{', '.join(components)}]\n")
    built = subprocess.run([kubectl, "kustomize", str(copy)], capture_output=True, text=True, check=True)
    return load(built.stdout)


def patches(component: Path) -> Iterator[tuple[dict[str, str], list[dict[str, Any]]]]:
    """Target and operations of each patch."""
    (described,) = load((component / "kustomization.yaml").read_text())
    for patch in described["patches"]:
        text = (component / patch["path"]).read_text() if "path" in patch else patch["patch"]
        yield patch["target"], load(text)[0]  # type: ignore[misc]


def apply(operations: Sequence[dict[str, Any]], manifest: Manifest) -> None:
    """RFC 6902, as far as it is used; what is removed or replaced must be there."""
    for operation in operations:
        *way, last = operation["path"].removeprefix("/").split("/")
        place: Any = manifest
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        if isinstance(place, list):
            assert (operation["op"], last) == ("add", "-")
            place.append(operation["value"])
        elif operation["op"] == "remove":
            del place[last]
        else:
            assert operation["op"] == "add" or last in place, operation
            place[last] = operation["value"]


def _meant(target: dict[str, str], manifest: Manifest) -> bool:
    found = {"kind": manifest["kind"], "name": manifest["metadata"]["name"]}
    return all(re.fullmatch(pattern, found[field]) for field, pattern in target.items())
