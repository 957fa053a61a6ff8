"""The engines: what each is, which version is meant, how to get it and how to start it. A further one is one more entry."""
import contextlib
import dataclasses
import shutil
import tempfile
from typing import Callable

from engines import ceph, get
from engines.run import free_port, serving


@dataclasses.dataclass(frozen=True)
class Engine:
    name: str                # as the C++ suites and the documents write it
    version: str             # the pinned one
    source: str
    what: str                # what it stands for here, in a few words
    get: Callable[[], object]            # Missing where it cannot be had
    start: Callable[[], contextlib.AbstractContextManager] = contextlib.nullcontext  # gives the origin; a tool starts nothing

MINISTACK, CRYPTOGRAPHY = "1.5.33", "50.0.2"
RIE = "v0.0.0-20261030222936-bef5c4ba774d"
SIGN_IN = get.TOP / "tests" / "sign_in"
KEYCLOAK = "26.3.0"


def moto():
    port = free_port()
    return serving("moto", [get.FOLDER / "moto/bin/moto_server", "-H", "127.0.0.1", "-p", port], port)


def get_ministack():
    """Without `cryptography` its user pools sign no token."""
    return get.from_pypi("ministack", f"{MINISTACK} with cryptography {CRYPTOGRAPHY}", f"ministack=={MINISTACK}", f"cryptography=={CRYPTOGRAPHY}")


def ministack(name="ministack", **more):
    port = free_port()
    # What its functions call AWS is where it is itself.
    environment = {"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "SFTP_ENABLED": "0", "IOT_MTLS_ENABLED": "0", "LAMBDA_EXECUTOR": "local", "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", **more}
    return serving(name, [get.FOLDER / "ministack/bin/ministack"], port, environment)


@contextlib.contextmanager
def ministack_for_functions():
    """It asks policies whether a call is allowed (AUTH), and unpacks functions in a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="satchel-ministack-") as folder, ministack("ministack-functions", AUTH="true", TMPDIR=folder) as origin:
        yield origin


def versitygw():
    port = free_port()
    data = get.FOLDER / "versitygw/data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    return serving("versitygw", [get.FOLDER / "versitygw/versitygw", "--access", "test", "--secret", "test", "--port", f"127.0.0.1:{port}", "--quiet", "posix", data], port)


def rie_and_ministack():
    get_ministack()
    get.from_go("rie", RIE, "github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie")


def oidc_provider():
    port = free_port()
    return serving("oidc-provider", ["node", SIGN_IN / "provider.mjs", get.FOLDER / "oidc-provider/node_modules/oidc-provider/lib/index.js", port], port)


@contextlib.contextmanager
def keycloak():
    """In its development mode, with the realm of the tests; the origin is the realm's."""
    port = free_port()
    home = get.FOLDER / f"keycloak/keycloak-{KEYCLOAK}"
    shutil.rmtree(home / "data/h2", ignore_errors=True)
    (home / "data/import").mkdir(parents=True, exist_ok=True)
    shutil.copy(SIGN_IN / "realm.json", home / "data/import/realm.json")
    environment = {"KC_BOOTSTRAP_ADMIN_USERNAME": "admin", "KC_BOOTSTRAP_ADMIN_PASSWORD": "admin"}
    command = [home / "bin/kc.sh", "start-dev", "--import-realm", "--http-host=127.0.0.1", f"--http-port={port}"]
    with serving("keycloak", command, port, environment, path="/realms/satchel", patience=300) as origin:
        yield origin + "/realms/satchel"


ENGINES = [
    Engine("moto", "5.2.5", "PyPI", "DynamoDB, the second oracle", lambda: get.from_pypi("moto", "5.2.5", "moto[server]==5.2.5"), moto),
    Engine("MiniStack", MINISTACK, "PyPI", "DynamoDB and S3, and a whole stack of AWS", get_ministack, ministack),
    Engine("versitygw", "v1.7.0", "Go module proxy", "S3 on a file system",
           lambda: get.from_go("versitygw", "v1.7.0", "github.com/versity/versitygw/cmd/versitygw"), versitygw),
    Engine("Ceph RGW", "16.2.15", "Debian", "S3 of a storage cluster",
           lambda: get.from_debian("Ceph", ["ceph-mon", "ceph-osd", "ceph-common", "radosgw"]), ceph.gateway),
    Engine("oidc-provider", "9.13.3", "npm", "an OpenID provider, certified", lambda: get.from_npm("oidc-provider", "9.13.3"), oidc_provider),
    Engine("Keycloak", KEYCLOAK, "Maven Central", "an OpenID provider of companies",
           lambda: get.from_maven("keycloak", KEYCLOAK, "org.keycloak:keycloak-quarkus-dist"), keycloak),
    # The emulator stands in front of a Lambda, whose table and objects are MiniStack's.
    Engine("AWS RIE", RIE, "Go module proxy", "AWS Lambda's Runtime API, by AWS", rie_and_ministack, ministack),
    Engine("cfn-lint", "1.58.0", "PyPI", "CloudFormation's own schemas", lambda: get.from_pypi("cfn-lint", "1.58.0", "cfn-lint==1.58.0")),
    Engine("cfn-guard", "3.1.2", "crates.io", "AWS's checker of rules about templates", lambda: get.from_crates("cfn-guard", "3.1.2")),
    # No engines of others: the artefacts as they are started, for the black-box suite.
    Engine("embedded", "this tree", "–", "the binary by itself", lambda: None),
    Engine("processes", "this tree", "–", "the binary with its functions in processes of the Lambda program", lambda: None),
]


def named(name):
    return next(engine for engine in ENGINES if engine.name == name)
