"""Objects on an S3 engine that is not as it should be."""
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import engines


class Careless(BaseHTTPRequestHandler):
    """Takes everything and looks at no checksum, as Ceph RGW 16 does."""
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b""):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_POST(self):
        self.answer(200, b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>")

    def do_PUT(self):
        self.answer(200)

    def do_DELETE(self):
        self.answer(204)

    def log_message(self, *_):
        pass


@pytest.mark.skipif(not engines.ELSEWHERE, reason="no engine without checksums of whole objects; make test-engines has one")
def test_an_engine_without_checksums_of_whole_objects_wants_to_be_called_so(own_server):
    environment = engines.shared_engines()
    server = own_server(environment={**environment, "SATCHEL_OBJECTS": environment["SATCHEL_OBJECTS"].replace("&checksums=parts", "")})
    with pytest.raises(AssertionError, match="the server ended with 1"):
        server.start()
    assert "Add checksums=parts to 'objects'" in server.read_log()


@pytest.fixture
def careless():
    """Where it lies, as the setting `objects` has it."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Careless) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"s3://bytes?endpoint=http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_engine_that_verifies_no_checksums_is_no_store(careless, own_server):
    server = own_server(environment={"SATCHEL_OBJECTS": careless, "SATCHEL_FUNCTIONS": "inprocess", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"})
    with pytest.raises(AssertionError, match="the server ended with 1"):
        server.start()
    assert "Set 'objects' to an engine that verifies checksums" in server.read_log()
    told = server.command("--json", "doctor", "--data", server.data, environment=server.environment, check=False)
    assert told.returncode == 1
    assert [finding["setting"] for finding in json.loads(told.stdout) if "an engine that verifies checksums" in finding["sentence"]] == ["objects"], told.stdout
