"""The smallest Ceph that has an S3 endpoint: one monitor, one object store daemon that keeps all in memory, one RADOS gateway."""
import contextlib
import shutil
import subprocess
import uuid

from engines.get import FOLDER
from engines.run import free_port, serving, started, wait_until

CONFIGURATION = """[global]
fsid = {fsid}
mon host = v2:127.0.0.1:{port}
mon initial members = a
public addr = 127.0.0.1
ms bind ipv6 = false
keyring = {folder}/keyring
run dir = {folder}/run
crash dir = {folder}/run
admin socket = {folder}/run/$name.sock
log file = {folder}/$name.log
mon data = {folder}/mon
osd data = {folder}/osd
rgw data = {folder}/rgw
osd objectstore = memstore
memstore device bytes = 2147483648
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd class load list = *
osd class default list = *
mon allow pool size one = true
mon max pg per osd = 1000
"""
# Who there is, and what each may do.
PRINCIPALS = {
    "mon.": {"mon": "allow *"},
    "client.admin": {"mon": "allow *", "osd": "allow *", "mgr": "allow *"},
    "osd.0": {"mon": "allow profile osd", "osd": "allow *"},
    "client.rgw": {"mon": "allow rw", "osd": "allow rwx"},
}


def version():
    """Debian's; empty where it is not installed."""
    try:
        return subprocess.run(["radosgw", "--version"], capture_output=True, text=True, check=True).stdout.split()[2]
    except (OSError, subprocess.CalledProcessError):
        return ""


def tool(*command, patience=120):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True, timeout=patience).stdout


def new_cluster(folder, fsid, port):
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("mon", "osd", "run", "rgw"):
        (folder / part).mkdir(parents=True)
    (folder / "ceph.conf").write_text(CONFIGURATION.format(fsid=fsid, port=port, folder=folder))
    tool("ceph-authtool", "--create-keyring", folder / "keyring")
    for principal, capabilities in PRINCIPALS.items():
        tool("ceph-authtool", folder / "keyring", "--gen-key", "-n", principal, *[word for pair in capabilities.items() for word in ("--cap", *pair)])
    tool("monmaptool", "--create", "--clobber", "--fsid", fsid, "--addv", "a", f"[v2:127.0.0.1:{port}]", folder / "monmap")


@contextlib.contextmanager
def gateway():
    """Its origin; the credential is test and test."""
    folder = FOLDER / "ceph"
    new_cluster(folder, str(uuid.uuid4()), free_port())
    where = ("-c", folder / "ceph.conf")
    tool("ceph-mon", *where, "--mkfs", "-i", "a", "--monmap", folder / "monmap", "--keyring", folder / "keyring")
    with started("ceph-mon", ["ceph-mon", *where, "-i", "a", "-f"]):
        identity = str(uuid.uuid4())
        tool("ceph", *where, "--connect-timeout", "60", "osd", "new", identity)
        tool("ceph-osd", *where, "-i", "0", "--mkfs", "--osd-uuid", identity)
        with started("ceph-osd", ["ceph-osd", *where, "-i", "0", "-f"]) as (osd, log):
            wait_until(lambda: " 1 up" in tool("ceph", *where, "osd", "stat"), "ceph-osd", log, osd)
            tool("radosgw-admin", *where, "user", "create", "--uid", "test", "--display-name", "test", "--access-key", "test", "--secret", "test")
            port = free_port()
            command = ["radosgw", *where, "-n", "client.rgw", "-f", "--rgw-frontends", f"beast endpoint=127.0.0.1:{port}"]
            with serving("radosgw", command, port) as origin:
                yield origin
