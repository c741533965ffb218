#!/usr/bin/env python3
"""A check outside of Countersign, in Python's standard library: are the weights small enough for the machines they go to?

    COUNTERSIGN_SECRET=whsec_... python size_check.py --port 8085 --limit-mb 8000 [--later]

Countersign posts the evidence, signed as Standard Webhooks say; the answer is `{"findings": [...]}`. With --later the answer to
the question is an empty 202, and the findings are posted to the question's `callback` afterwards, signed the same way.
`docs/checks.md` describes both. Put a proxy that speaks TLS in front of it: Countersign asks over https.
"""

import argparse
import base64
import hashlib
import hmac
import http.server
import json
import os
import threading
import time
import urllib.error
import urllib.request

MAX_BODY_BYTES = 8 * 1024 * 1024
WINDOW_SECONDS = 300


class Secret:
    """Proves messages, in both directions."""

    def __init__(self, text):
        if not text.startswith("whsec_"):
            raise SystemExit("COUNTERSIGN_SECRET must start with whsec_")
        self.key = base64.b64decode(text.removeprefix("whsec_"), validate=True)

    def sign(self, message_id, timestamp, body):
        signed = f"{message_id}.{timestamp}.".encode() + body
        return "v1," + base64.b64encode(hmac.new(self.key, signed, hashlib.sha256).digest()).decode()

    def proves(self, headers, body):
        message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not (timestamp.isdigit() and abs(int(timestamp) - now()) <= WINDOW_SECONDS):
            return False
        right = self.sign(message_id, timestamp, body)
        return any(hmac.compare_digest(right, one) for one in headers.get("webhook-signature", "").split(" "))


def now():
    """Seconds since 1970. A test that moves its clock by hand says what time it is."""
    return int(os.environ.get("NOW") or time.time())


def findings(question, limit_bytes):
    """What is wrong with the evidence: one finding for each file of weights that is too large."""
    for model in question["models"]:
        for weights in model["weights"]:
            size = weights["size"]
            if size is not None and size > limit_bytes:
                yield {
                    "code": "weights.too_large",
                    "severity": "high",
                    "subject": weights["path"],
                    "message": f"{size / 1e6:.0f} MB do not fit: the limit is {limit_bytes / 1e6:.0f} MB.",
                    "path": weights["path"],
                }


def handler(secret, limit_bytes, later):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers.get("content-length") or 0)
            if length > MAX_BODY_BYTES:
                return self.answer(413)
            body = self.rfile.read(length)
            if not secret.proves(self.headers, body):
                return self.answer(401)
            question = json.loads(body)
            answer = {"findings": list(findings(question, limit_bytes))}
            if not later:
                return self.answer(200, answer)
            self.answer(202)
            if question["callback"]:
                threading.Thread(target=call_back, args=(secret, question["callback"], answer)).start()

        def answer(self, status, content=None):
            body = b"" if content is None else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """The question's id is a capability: it does not belong into a log."""

    return Handler


def call_back(secret, callback, answer, tries=5):
    """Posts the answer until it is stored. The same message may arrive twice: it is taken once."""
    body = json.dumps(answer).encode()
    message_id = "msg_" + hashlib.sha256(callback.encode() + body).hexdigest()[:32]
    for attempt in range(tries):
        timestamp = str(now())
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": secret.sign(message_id, timestamp, body),
        }
        try:
            with urllib.request.urlopen(urllib.request.Request(callback, body, headers), timeout=10):
                return
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return
        except OSError:
            pass
        time.sleep(2**attempt)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8085)
    parser.add_argument("--limit-mb", type=float, default=8_000)
    parser.add_argument("--later", action="store_true")
    given = parser.parse_args()
    secret = Secret(os.environ.get("COUNTERSIGN_SECRET", ""))
    service = handler(secret, given.limit_mb * 1e6, given.later)
    with http.server.ThreadingHTTPServer(("127.0.0.1", given.port), service) as server:
        print(f"listening on 127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
