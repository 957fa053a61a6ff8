# SPDX-License-Identifier: Apache-2.0
"""A release on this machine, and its artefacts in the account: an archive satchel-VERSION.tar.gz or the folder it was unpacked to.

  VERSION   lambda/satchel-lambda-ARCH.zip   web/index.html …   infra/
"""
import base64
import hashlib
import pathlib
import tarfile
import tempfile

from tool.account import Problem
from tool.stacks import TEMPLATES


class Release:
    def __init__(self, place):
        place = pathlib.Path(place)
        if place.is_file():
            self._unpacked = tempfile.TemporaryDirectory(prefix="satchel-release-")
            place = unpack(place, pathlib.Path(self._unpacked.name))
        if not (place / "VERSION").exists():
            raise Problem(f"{place} is no release of Satchel: it has no file VERSION. Name an archive (satchel-VERSION.tar.gz, 'make release' makes one) "
                          "or the folder it was unpacked to with --release.", 2)
        self.folder = place
        self.version = (place / "VERSION").read_text().strip()
        self.page = place / "web"

    def code(self, architecture):
        path = self.folder / "lambda" / f"satchel-lambda-{architecture}.zip"
        if not path.exists():
            raise Problem(f"This release has no functions for {architecture} ({path.name}). Choose another one with --set Architecture=.", 2)
        return path.read_bytes()


def unpack(archive, to):
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                # Archives come from elsewhere: nothing of them may lie outside the folder, and links have no place in a release.
                inside = (to / member.name).resolve().is_relative_to(to.resolve())
                if not inside or not (member.isfile() or member.isdir()):
                    raise Problem(f"{archive} holds '{member.name}', which is no file of a release. Get it again from where releases come from.", 2)
                tar.extract(member, to, set_attrs=False)
    except tarfile.TarError as error:
        raise Problem(f"{archive} cannot be read: {error}", 2)
    folders = [path for path in to.iterdir() if path.is_dir()]
    return folders[0] if len(folders) == 1 else to


class Artefacts:
    """The bucket of releases. Every object is named by what is in it, so that putting it again changes nothing."""

    def __init__(self, account, bucket):
        self.s3, self.bucket, self.region = account.client("s3"), bucket, account.region

    def put(self, key, data):
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=data)
        return key

    def put_template(self, kind, body):
        key = self.put(f"templates/{kind}-{hashlib.sha256(body.encode()).hexdigest()[:16]}.yaml", body.encode())
        return f"https://s3.{self.region}.amazonaws.com/{self.bucket}/{key}"


def code_parameters(release, architecture, bucket):
    code = release.code(architecture)
    digest = hashlib.sha256(code).digest()
    return code, {"CodeBucket": bucket, "CodeKey": f"releases/{release.version}/{architecture}-{digest.hex()[:16]}.zip",
                  "CodeSha256": base64.b64encode(digest).decode(), "Architecture": architecture}


def release_name(release, known, stack):
    """Changes with the code, the template and every parameter: each of them wants new versions of the functions."""
    given = {key: value for key, value in stack.parameters(known).items() if key != "Release"}
    text = (TEMPLATES / "functions.yaml").read_text() + repr(sorted(given.items()))
    return f"{release.version}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
