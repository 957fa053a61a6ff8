#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts the built front-end into the binary: compresses each file once and writes a C++ source that takes the bytes in with .incbin.

usage: embed_assets.py FOLDER OUT      FOLDER is web/dist; OUT.cpp and OUT.bin are written
       embed_assets.py --placeholder OUT   a page that says that this build has none, for builds without Node.js
"""
import gzip
import hashlib
import pathlib
import subprocess
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
    ".bcmap": "application/octet-stream",
    ".pfb": "application/octet-stream",
}
COMPRESSED = {".png", ".ico", ".webp", ".woff2"}  # already
PLACEHOLDER = b"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Satchel</title></head>
<body><h1>Satchel</h1><p>This build has no front-end. Build it with <code>make build</code>; the API and the command line work.</p></body>
</html>
"""


def worthwhile(smaller, plain):
    return smaller if len(smaller) < len(plain) * 0.95 else b""


def forms(path, plain):
    if pathlib.PurePath(path).suffix in COMPRESSED or len(plain) < 256:
        return plain, b"", b""
    brotli = subprocess.run(["brotli", "--quality=11", "--lgwin=22", "--stdout", "-"], input=plain, stdout=subprocess.PIPE, check=True).stdout
    return plain, worthwhile(gzip.compress(plain, 9, mtime=0), plain), worthwhile(brotli, plain)


def files(folder):
    for file in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".map"):
        if file.suffix not in TYPES:
            sys.exit(f"embed_assets.py: no content type is known for {file}; add it to TYPES")
        yield "/" + file.relative_to(folder).as_posix(), file.read_bytes()


def write(entries, out):
    blob = bytearray()
    rows = []
    for path, plain in entries:
        parts = []
        for form in forms(path, plain):
            parts.append(f"part({len(blob)}, {len(form)})")
            blob += form
        digest = hashlib.sha256(plain).hexdigest()[:20]
        rows.append(f'      {{"{path}", "{TYPES[pathlib.PurePath(path).suffix]}", "{digest}", {", ".join(parts)}}},')
    binary = out.with_suffix(".bin")
    binary.write_bytes(bytes(blob))
    out.with_suffix(".cpp").write_text(SOURCE.replace("@BIN@", str(binary)).replace("@SUM@", hashlib.sha256(blob).hexdigest()).replace("@ROWS@", "\n".join(rows)))
    print(f"embedded {len(rows)} files of the front-end, {len(blob) // 1024} KiB with their compressed forms")


SOURCE = """// Made by tools/embed_assets.py from bytes with SHA-256 @SUM@; not to be edited.
#include "apps/satchel/web_assets.hpp"

__asm__(
    ".pushsection .rodata\\n"
    ".globl satchel_web_bytes\\n"
    "satchel_web_bytes:\\n"
    ".incbin \\"@BIN@\\"\\n"
    ".byte 0\\n"
    ".popsection\\n");
extern "C" const char satchel_web_bytes[];

namespace satchel {
namespace {
std::string_view part(std::size_t offset, std::size_t length) { return {satchel_web_bytes + offset, length}; }
}  // namespace

std::span<const gateway::Asset> web_assets() {
  static const gateway::Asset table[] = {
@ROWS@
  };
  return table;
}

}  // namespace satchel
"""


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, out = sys.argv[1], pathlib.Path(sys.argv[2])
    if source == "--placeholder":
        return write([("/index.html", PLACEHOLDER), ("/link.html", PLACEHOLDER)], out)
    folder = pathlib.Path(source)
    if not (folder / "index.html").is_file() or not (folder / "link.html").is_file():
        sys.exit(f"embed_assets.py: {folder} has no index.html and link.html; build the front-end first")
    write(files(folder), out)


if __name__ == "__main__":
    main()
