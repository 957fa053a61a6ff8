"""Gets pinned versions through the registries' own clients into build/engines/NAME, once: a file there says which version it holds.

A registry that cannot be reached raises Missing, whose text names what could not be got.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

TOP = pathlib.Path(__file__).resolve().parents[2]
FOLDER = TOP / "build" / "engines"


class Missing(Exception):
    """What could not be got, and from where."""


def client(what, command, patience=900, **more):
    """Runs a registry's client; its output is kept beside the engine and shown where it failed."""
    log = FOLDER / "get.log"
    try:
        with open(log, "w") as output:
            subprocess.run(command, check=True, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=patience, **more)
    except FileNotFoundError:
        raise Missing(f"{what}: there is no '{command[0]}' on this machine") from None
    except subprocess.TimeoutExpired:
        raise Missing(f"{what}: no answer within {patience} s") from None
    except subprocess.CalledProcessError:
        raise Missing(f"{what}: {last_line(log)}") from None


def last_line(log):
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "its client failed without a word"


def once(name, version, make):
    """The folder of that engine, with that version in it; another one is thrown away."""
    folder = FOLDER / name
    have = folder / ".version"
    if have.exists() and have.read_text() == version:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"getting {name} {version}", flush=True)
    make(folder)
    have.write_text(version)
    return folder


def from_pypi(name, version, *requirements):
    """A virtual environment of its own, since the engines pin different versions of the same libraries."""
    def make(folder):
        client(f"{name} {version} from PyPI", [sys.executable, "-m", "venv", folder])
        client(f"{name} {version} from PyPI", [folder / "bin" / "pip", "install", "-q", "--disable-pip-version-check", *requirements])
    return once(name, version, make)


def from_go(name, version, package):
    """Go's own proxy verifies what it gives by its own sums."""
    def make(folder):
        client(f"{name} {version} from the Go module proxy", ["go", "install", f"{package}@{version}"], env={**os.environ, "GOBIN": str(folder)})
    return once(name, version, make)


def from_npm(name, version):
    def make(folder):
        (folder / "package.json").write_text('{"private": true}')
        client(f"{name} {version} from npm", ["npm", "install", "--no-audit", "--no-fund", "--save-exact", f"{name}@{version}"], cwd=folder)
    return once(name, version, make)


def from_maven(name, version, artifact):
    """A zip, unpacked; Maven's own store of downloads is inside the folder, so that nothing is left outside of build/."""
    def make(folder):
        what = f"{name} {version} from Maven Central"
        client(what, ["mvn", "-q", f"-Dmaven.repo.local={FOLDER / 'maven'}", "dependency:get", f"-Dartifact={artifact}:{version}:zip", "-Dtransitive=false"])
        group, artifact_name = artifact.split(":")
        packed = FOLDER / "maven" / group.replace(".", "/") / artifact_name / version / f"{artifact_name}-{version}.zip"
        with zipfile.ZipFile(packed) as archive:
            for member in archive.infolist():
                path = pathlib.Path(archive.extract(member, folder))
                if member.external_attr >> 16 & 0o111 and not member.is_dir():
                    path.chmod(0o755)
    return once(name, version, make)


def from_crates(name, version):
    def make(folder):
        client(f"{name} {version} from crates.io", ["cargo", "install", "--locked", "--quiet", "--root", folder, f"{name}@{version}"], patience=1800)
    return once(name, version, make)


def from_debian(name, packages):
    """Debian's packages go to their own places, and their version is Debian's."""
    wanted = [package for package in packages if subprocess.run(["dpkg-query", "-W", package], capture_output=True).returncode]
    if wanted:
        print(f"getting {name} from Debian: {' '.join(wanted)}", flush=True)
        as_root = [] if os.getuid() == 0 else ["sudo", "-n"]
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        client(f"{name} from Debian", [*as_root, "apt-get", "update", "-q"], env=environment)
        client(f"{name} from Debian", [*as_root, "apt-get", "install", "-y", "-q", "--no-install-recommends", *wanted], env=environment)
    return FOLDER
