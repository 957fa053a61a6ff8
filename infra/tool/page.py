# SPDX-License-Identifier: Apache-2.0
"""The front-end in its bucket. Hashed files first, entry pages last: whoever loads a page finds all it names, before and after the switch.
Former hashed files stay, so that a page that is open goes on, and a roll-back is to put the former entry pages again."""
import json
import mimetypes
import pathlib
import time

from tool.account import Problem

IMMUTABLE = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
ENTRY_PAGES = ("index.html", "link.html")
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8", ".json": "application/json",
         ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8"}
KEPT = ".pages"  # copies of entry pages by release; the edge's function lets nobody at them


def content_type(name):
    suffix = pathlib.PurePath(name).suffix
    return TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def is_hashed(name):
    return name.startswith("assets/")


def files_of(folder):
    """(hashed, others but entry pages, entry pages) as names."""
    names = sorted(str(path.relative_to(folder)) for path in pathlib.Path(folder).rglob("*") if path.is_file())
    missing = [page for page in ENTRY_PAGES if page not in names]
    if missing:
        raise Problem(f"{folder} is no front-end: it has no {' and no '.join(missing)}. tools/build_web.sh makes one.", 2)
    hashed = [name for name in names if is_hashed(name)]
    return hashed, [name for name in names if name not in hashed and name not in ENTRY_PAGES], list(ENTRY_PAGES)


class Page:
    def __init__(self, account, bucket, distribution):
        self.account, self.s3, self.bucket, self.distribution = account, account.client("s3"), bucket, distribution

    def put(self, key, body, control):
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=content_type(key), CacheControl=control)

    def there(self):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix="assets/")
        return {found["Key"] for page in pages for found in page.get("Contents", [])}

    def publish(self, folder, release, config):
        folder = pathlib.Path(folder)
        hashed, others, entries = files_of(folder)
        there = self.there()
        new = [name for name in hashed if name not in there]
        for name in new:
            self.put(name, (folder / name).read_bytes(), IMMUTABLE)
        for name in others:
            self.put(name, (folder / name).read_bytes(), ASK_AGAIN)
        # What the program tells the page in the other shapes (GET /config.json) is a file here.
        self.put("config.json", json.dumps(config, sort_keys=True).encode(), ASK_AGAIN)
        for name in entries:
            self.put(f"{KEPT}/{release}/{name}", (folder / name).read_bytes(), ASK_AGAIN)
        self.switch(release)
        print(f"the page is {release}: {len(new)} of {len(hashed)} hashed files were new")

    def switch(self, release):
        """Makes a kept release's entry pages the ones that are served."""
        for name in ENTRY_PAGES:
            body = self.s3.get_object(Bucket=self.bucket, Key=f"{KEPT}/{release}/{name}")["Body"].read()
            self.put(name, body, ASK_AGAIN)
        self.invalidate()
        before = json.loads(self.account.recall("page") or "{}")
        if before.get("current") != release:
            self.account.remember("page", json.dumps({"current": release, "former": before.get("current")}))

    def invalidate(self):
        """Two paths, whatever has changed: within what CloudFront gives free of charge."""
        if not self.distribution:
            return
        paths = [f"/{name}" for name in ENTRY_PAGES]
        self.account.client("cloudfront").create_invalidation(
            DistributionId=self.distribution, InvalidationBatch={"Paths": {"Quantity": len(paths), "Items": paths}, "CallerReference": f"satchel-{time.time_ns()}"})

    def kept(self):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=f"{KEPT}/", Delimiter="/")
        return [found["Prefix"].split("/")[1] for page in pages for found in page.get("CommonPrefixes", [])]

    def roll_back(self, release):
        state = json.loads(self.account.recall("page") or "{}")
        release = release or state.get("former")
        if not release:
            raise Problem("There is no former page to go back to.", 3)
        if release not in self.kept():
            raise Problem(f"There is no page '{release}'. There are: {', '.join(self.kept()) or 'none'}.", 3)
        self.switch(release)
        print(f"the page is {release} again")
        return release


def page_config(known, version):
    """What the page and the command line ask first; the same members as in src/satchel's own /config.json."""
    built_in = known.get("Directory") == "built-in"
    if built_in:
        sign_in = {"client_id": "satchel-web", "cli_client_id": "satchel-cli", "scope": "openid profile email offline_access", "accounts": "here"}
    else:
        sign_in = {"client_id": known["WebClient"], "cli_client_id": known["CliClient"], "cli_callback": "http://localhost:8421/callback", "scope": "openid profile email", "accounts": "directory"}
    return {"issuer": known["Issuer"], **sign_in, "api": "/api/v1", "version": version,
            "self_signup": known.get("SelfSignUp") == "yes", "mail": bool(known.get("MailFrom")), "content_url": known.get("ContentUrl", "")}
