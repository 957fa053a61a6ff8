#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The object store as boto3 sees it, a client that we did not write: test_boto3.py OBJECTS_SERVER.

Runs with whichever boto3 is installed and says which; before 1.36 it sends neither the checksums of 2025 nor conditional writes.
"""
import base64
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

import boto3
import botocore
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

SERVER = None
MIB = 1024 * 1024
MODERN = tuple(int(part) for part in boto3.__version__.split(".")[:2]) >= (1, 36)


def status_of(method, url, body=None, headers=None):
    """Status and body of a request that is sent as it stands."""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class ObjectsOverBoto3(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="satchel-s3-")
        cls.server = subprocess.Popen([SERVER, os.path.join(cls.folder.name, "objects")], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        cls.endpoint = f"http://127.0.0.1:{int(cls.server.stdout.readline())}/objects"
        cls.s3 = cls.client()

    @classmethod
    def tearDownClass(cls):
        cls.server.stdin.close()
        cls.server.stdout.close()
        code = cls.server.wait(30)
        cls.folder.cleanup()
        assert code == 0, f"the server ended with {code}"

    @classmethod
    def client(cls, secret="satchel-test-secret", version="s3v4"):
        return boto3.client("s3", endpoint_url=cls.endpoint, region_name="us-east-1", aws_access_key_id="satchel-test",
                            aws_secret_access_key=secret,
                            config=Config(signature_version=version, proxies={}, retries={"total_max_attempts": 1},
                                          s3={"addressing_style": "path"}))

    def code_of(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(Bucket="satchel", **arguments)
        return caught.exception.response["Error"]["Code"]

    def test_put_get_head_delete(self):
        key, body = "dir/Grüße & <1>.txt", os.urandom(300_000)
        put = self.s3.put_object(Bucket="satchel", Key=key, Body=body, ContentType="text/plain", Metadata={"mood": "calm"})
        got = self.s3.get_object(Bucket="satchel", Key=key)
        self.assertEqual(got["Body"].read(), body)
        self.assertEqual((got["ETag"], got["ContentType"], got["Metadata"]), (put["ETag"], "text/plain", {"mood": "calm"}))
        self.assertEqual(self.s3.head_object(Bucket="satchel", Key=key)["ContentLength"], len(body))
        part = self.s3.get_object(Bucket="satchel", Key=key, Range="bytes=100-199")
        self.assertEqual((part["Body"].read(), part["ContentRange"]), (body[100:200], f"bytes 100-199/{len(body)}"))
        self.s3.delete_object(Bucket="satchel", Key=key)
        self.assertEqual(self.code_of(self.s3.get_object, Key=key), "NoSuchKey")
        self.assertEqual(self.code_of(self.s3.head_object, Key=key), "404")

    def test_small_and_empty(self):
        for size in (0, 1, 16 * 1024, 16 * 1024 + 1):
            self.s3.put_object(Bucket="satchel", Key=f"size/{size}", Body=b"x" * size)
            self.assertEqual(self.s3.get_object(Bucket="satchel", Key=f"size/{size}")["Body"].read(), b"x" * size)

    def test_checksums(self):
        body = b"some bytes"
        good = base64.b64encode(hashlib.sha256(body).digest()).decode()
        self.s3.put_object(Bucket="satchel", Key="sum", Body=body, ChecksumSHA256=good,
                           ContentMD5=base64.b64encode(hashlib.md5(body).digest()).decode())
        bad = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
        self.assertEqual(self.code_of(self.s3.put_object, Key="bad", Body=body, ChecksumSHA256=bad), "BadDigest")
        self.assertEqual(self.code_of(self.s3.put_object, Key="bad", Body=body, ContentMD5="AAAAAAAAAAAAAAAAAAAAAA=="), "BadDigest")
        self.assertEqual(self.code_of(self.s3.get_object, Key="bad"), "NoSuchKey")

    def test_multipart_by_hand(self):
        upload = self.s3.create_multipart_upload(Bucket="satchel", Key="parts")["UploadId"]
        parts = [os.urandom(5 * MIB), os.urandom(5 * MIB), b"the end"]
        etags = {}
        for number in (3, 1, 2):
            sent = self.s3.upload_part(Bucket="satchel", Key="parts", UploadId=upload, PartNumber=number, Body=parts[number - 1])
            etags[number] = sent["ETag"]
        listed = self.s3.list_parts(Bucket="satchel", Key="parts", UploadId=upload)
        self.assertEqual([(p["PartNumber"], p["Size"], p["ETag"]) for p in listed["Parts"]],
                         [(n, len(parts[n - 1]), etags[n]) for n in (1, 2, 3)])
        chosen = {"Parts": [{"PartNumber": n, "ETag": etags[n]} for n in (1, 2, 3)]}
        done = self.s3.complete_multipart_upload(Bucket="satchel", Key="parts", UploadId=upload, MultipartUpload=chosen)
        self.assertEqual(self.s3.get_object(Bucket="satchel", Key="parts")["Body"].read(), b"".join(parts))
        self.assertEqual(self.s3.head_object(Bucket="satchel", Key="parts")["ETag"], done["ETag"])
        self.assertEqual(self.code_of(self.s3.list_parts, Key="parts", UploadId=upload), "NoSuchUpload")

    def test_abort(self):
        upload = self.s3.create_multipart_upload(Bucket="satchel", Key="given-up")["UploadId"]
        self.s3.upload_part(Bucket="satchel", Key="given-up", UploadId=upload, PartNumber=1, Body=b"x")
        self.s3.abort_multipart_upload(Bucket="satchel", Key="given-up", UploadId=upload)
        self.assertEqual(self.code_of(self.s3.abort_multipart_upload, Key="given-up", UploadId=upload), "NoSuchUpload")

    def test_transfer_of_a_large_file(self):
        body = os.urandom(23 * MIB + 17)
        config = TransferConfig(multipart_threshold=8 * MIB, multipart_chunksize=8 * MIB, max_concurrency=4)
        with tempfile.TemporaryDirectory(prefix="satchel-s3-") as folder:
            up, down = pathlib.Path(folder, "up"), pathlib.Path(folder, "down")
            up.write_bytes(body)
            self.s3.upload_file(str(up), "satchel", "large", Config=config)
            self.s3.download_file("satchel", "large", str(down), Config=config)
            self.assertEqual(hashlib.sha256(down.read_bytes()).digest(), hashlib.sha256(body).digest())

    def test_presigned(self):
        put = self.s3.generate_presigned_url("put_object", {"Bucket": "satchel", "Key": "signed url"}, ExpiresIn=60)
        self.assertEqual(status_of("PUT", put, b"by url")[0], 200)
        get = self.s3.generate_presigned_url("get_object", {"Bucket": "satchel", "Key": "signed url",
                                                            "ResponseContentDisposition": "attachment"}, ExpiresIn=60)
        self.assertEqual(status_of("GET", get), (200, b"by url"))
        self.assertEqual(status_of("DELETE", get)[0], 403)
        self.assertEqual(status_of("GET", get.replace("signed%20url", "other"))[0], 403)
        self.assertEqual(status_of("PUT", put, b"x", {"x-amz-copy-source": "/satchel/parts"})[0], 403)
        self.assertEqual(status_of("GET", get, headers={"Authorization": "Bearer st_token"})[0], 200)

    def test_refusals(self):
        self.assertEqual(self.code_of(self.client(secret="wrong").put_object, Key="x", Body=b"x"), "SignatureDoesNotMatch")
        old = self.client(version="s3").generate_presigned_url("get_object", {"Bucket": "satchel", "Key": "x"})
        status, body = status_of("GET", old)
        self.assertEqual(status, 400)
        self.assertIn(b"s3v4", body)
        self.assertEqual(self.code_of(self.s3.copy_object, Key="copy", CopySource="satchel/parts"), "NotImplemented")
        self.assertEqual(self.code_of(self.s3.get_object_acl, Key="x"), "NotImplemented")

    @unittest.skipUnless(MODERN, "this boto3 has no conditional writes")
    def test_conditional_write(self):
        self.s3.put_object(Bucket="satchel", Key="once", Body=b"first", IfNoneMatch="*")
        self.assertEqual(self.code_of(self.s3.put_object, Key="once", Body=b"second", IfNoneMatch="*"), "PreconditionFailed")


if __name__ == "__main__":
    SERVER = sys.argv.pop(1)
    print(f"boto3 {boto3.__version__}, botocore {botocore.__version__}" + ("" if MODERN else ": OLD, without the checksums of 2025"))
    unittest.main()
