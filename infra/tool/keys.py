# SPDX-License-Identifier: Apache-2.0
"""Secrets that CloudFormation cannot make. Each is made once, goes straight to its place, and is never printed or written to a disk that stays."""
import base64
import os
import pathlib
import subprocess
import tempfile

import botocore.exceptions

from tool.account import CERTIFICATES_REGION, Problem, code_of

TEN_YEARS = "3650"


def openssl(*arguments, text=None):
    try:
        done = subprocess.run(["openssl", *arguments], input=text, capture_output=True, text=True, check=True)
    except FileNotFoundError:
        raise Problem("The program openssl is wanted here and is not installed (apt-get install openssl).")
    except subprocess.CalledProcessError as error:
        raise Problem(f"openssl {arguments[0]} failed: {error.stderr.strip()}")
    return done.stdout


def has_value(account, secret):
    try:
        return bool(account.client("secretsmanager").get_secret_value(SecretId=secret).get("SecretString"))
    except botocore.exceptions.ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return False
        raise


def tend_master_key(account, secret):
    """32 random bytes; a value that is there is never touched, since it opens everything that was sealed."""
    if account.recall("master-key") == secret:
        return  # so that a pipeline needs no permission to read it
    if not has_value(account, secret):
        account.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=base64.b64encode(os.urandom(32)).decode())
        print("made the master key. Keep a copy of it in another place (docs/aws/runbook.md says how).")
    account.remember("master-key", secret)


def new_download_key():
    """(private, public) as PEM."""
    private = openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    return private, openssl("pkey", "-pubout", text=private)


def tend_download_key(account, secret):
    if account.recall("download-public-key"):
        return
    private, public = new_download_key()
    account.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=private)
    account.remember("download-public-key", public)
    print("made the key that signs addresses of downloads")


def make_client_certificate(domain):
    """A certificate authority for one certificate: (authority, certificate, key) as PEM. The authority's own key is forgotten."""
    with tempfile.TemporaryDirectory(prefix="satchel-") as folder:
        place = pathlib.Path(folder)
        ca_key, ca, key, request, certificate = (str(place / name) for name in ("ca.key", "ca.pem", "key.pem", "request.pem", "certificate.pem"))
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", ca_key, "-out", ca, "-days", TEN_YEARS, "-subj", "/CN=Satchel origin authority",
                "-addext", "basicConstraints=critical,CA:TRUE,pathlen:0", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", f"/CN=cloudfront of {domain}"[:70])
        extensions = place / "extensions"
        extensions.write_text("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n")
        openssl("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-days", TEN_YEARS, "-extfile", str(extensions), "-out", certificate)
        return tuple(pathlib.Path(name).read_text() for name in (ca, certificate, key))


def tend_client_certificate(account, domain, artefacts):
    """What CloudFront shows to the API: (ARN, address of the trust store)."""
    known = account.recall("client-certificate")
    if known:
        return known, f"s3://{artefacts.bucket}/trust/{known.rsplit('/', 1)[-1]}.pem"
    authority, certificate, key = make_client_certificate(domain)
    arn = account.client("acm", CERTIFICATES_REGION).import_certificate(Certificate=certificate.encode(), PrivateKey=key.encode(), CertificateChain=authority.encode())["CertificateArn"]
    trust = artefacts.put(f"trust/{arn.rsplit('/', 1)[-1]}.pem", authority.encode())
    account.remember("client-certificate", arn)
    print("made the certificate by which the API knows CloudFront")
    return arn, f"s3://{artefacts.bucket}/{trust}"
