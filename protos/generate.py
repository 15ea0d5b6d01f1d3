"""Regenerates the committed stubs: `python protos/generate.py [FOLDER]`.

Writes `_pb2.py`, `_pb2.pyi`, `_pb2_grpc.py`, `_pb2_grpc.pyi` for each proto and one descriptor set with
the protos' comments (the descriptions of the model's JSON schema come from it).
"""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import grpc_tools
from grpc_tools import protoc

ROOT = Path(__file__).parent
GENERATED = ROOT / "gen"
PACKAGE = Path("buildplan/v1")
DESCRIPTOR_SET = PACKAGE / "descriptors.binpb"


class GenerationError(Exception):
    """protoc refused the protos; its own message stands on stderr."""


def include_paths() -> list[str]:
    """Folders that imports are found in: ours, google.protobuf's and google.api's."""
    well_known = Path(grpc_tools.__file__).parent / "_proto"
    api = Path(str(distribution("googleapis-common-protos").locate_file("")))
    return [str(ROOT), str(well_known), str(api)]


def run_protoc(protos: list[Path], *options: str) -> None:
    """One call of protoc over `protos`; raises GenerationError when it refuses them."""
    names = sorted(str(path.relative_to(ROOT)) for path in protos)
    includes = [f"-I{path}" for path in include_paths()]
    arguments = ["protoc", *includes, *options, *names]
    if protoc.main(arguments) != 0:
        raise GenerationError(f"protoc refused the protos in {ROOT / PACKAGE}")


def generate(target: Path) -> None:
    """Writes every generated file below `target`, which is a root of imports."""
    folder = target / PACKAGE
    folder.mkdir(parents=True, exist_ok=True)
    for package in (folder, folder.parent):
        (package / "__init__.py").touch()
    (folder.parent / "py.typed").touch()
    scripts = Path(sys.executable).parent
    protos = list((ROOT / PACKAGE).glob("*.proto"))
    run_protoc(
        protos,
        f"--plugin=protoc-gen-mypy={scripts / 'protoc-gen-mypy'}",
        f"--python_out={target}",
        f"--mypy_out=quiet:{target}",
        "--include_source_info",
        "--include_imports",
        f"--descriptor_set_out={target / DESCRIPTOR_SET}",
    )
    run_protoc(
        [path for path in protos if path.stem.endswith("_service")],
        f"--plugin=protoc-gen-mypy_grpc={scripts / 'protoc-gen-mypy_grpc'}",
        f"--grpc_python_out={target}",
        f"--mypy_grpc_out=quiet:{target}",
    )


def lint() -> int:
    """buf's verdict on the protos, STANDARD and COMMENTS; 0 when they are clean."""
    buf = Path(sys.executable).parent / "buf"
    image = GENERATED / DESCRIPTOR_SET
    command = [str(buf), "lint", str(image), "--config", str(ROOT / "buf.yaml")]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else GENERATED)
