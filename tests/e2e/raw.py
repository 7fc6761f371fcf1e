# SPDX-License-Identifier: Apache-2.0
"""A client that may send anything: keys, DSSE envelopes, a WebSocket and a session of its own, written from the protocol alone."""
import base64
import datetime
import hashlib
import itertools
import json
import os
import socket
import struct
import time

import nacl.signing

from driver import DATA, HOME, Failure

PREFIX = "application/vnd.holdfast."
DECISION = "application/vnd.in-toto+json"
BLOB_PART = 96 * 1024
PING = 20  # seconds between two of the gate's


def b64(data):
    return base64.b64encode(data).decode()


def sha256(data):
    return hashlib.sha256(data).digest()


def digest(data):
    return "sha256:" + sha256(data).hex()


def now(seconds=0):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (at.microsecond // 1000)


def encode(document):
    """As UTF-8 where it can be seen: nothing but controls is escaped, and half a surrogate pair stands there as three bytes."""
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")


def pae(payload_type, payload):
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


class Key:
    """An Ed25519 seed with its verifier key (C2SP)."""

    def __init__(self, name, seed):
        self.name, self.signing = name, nacl.signing.SigningKey(seed)
        self.seed, self.public = seed, self.signing.verify_key.encode()
        self.hint = name + "+" + sha256(name.encode() + b"\n\x01" + self.public)[:4].hex()
        self.text = self.hint + "+" + b64(b"\x01" + self.public)

    @classmethod
    def from_file(cls, path):
        """One line `PRIVATE+KEY+name+hash+base64(0x01 ‖ seed)`."""
        with open(path, encoding="ascii") as file:
            _, _, name, _, rest = file.read().strip().split("+", 4)
        return cls(name, base64.b64decode(rest)[1:])

    def envelope(self, payload_type, payload):
        signature = self.signing.sign(pae(payload_type, payload)).signature
        return {"payload": b64(payload), "payloadType": payload_type, "signatures": [{"keyid": self.hint, "sig": b64(signature)}]}


class Refused(Exception):
    """The gate's answer is an error."""

    def __init__(self, error):
        super().__init__(json.dumps(error))
        self.rpc, data = error["code"], error.get("data", {})
        self.code, self.detail, self.hold = data.get("code"), data.get("detail", ""), data.get("hold")


class Link:
    """JSON-RPC over a WebSocket that sends the bytes it is told to."""

    def __init__(self):
        with open(DATA + "/gate/gate.json", encoding="utf-8") as file:
            self.gate = json.load(file)
        port = int(self.gate["url"].split(":")[2].split("/")[0])
        self.ids, self.read = itertools.count(1), b""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.sendall(b"GET /v1 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            b"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: holdfast.v1\r\n\r\n"
                            % (port, base64.b64encode(os.urandom(16))))
        while b"\r\n\r\n" not in self.read:
            self.more()
        head, self.read = self.read.split(b"\r\n\r\n", 1)
        if not head.startswith(b"HTTP/1.1 101 "):
            raise Failure("the gate refuses the handshake: " + head.decode("latin-1").splitlines()[0])
        self.challenge = self.message()["params"]

    def more(self):
        data = self.socket.recv(65536)
        if not data:
            raise Failure("the gate closed the connection")
        self.read += data

    def take(self, size):
        while len(self.read) < size:
            self.more()
        data, self.read = self.read[:size], self.read[size:]
        return data

    def frame(self, opcode, payload):
        size = len(payload)
        head = bytes([0x80 | opcode]) + (bytes([0x80 | size]) if size < 126 else struct.pack(">BH", 0xFE, size) if size < 65536 else struct.pack(">BQ", 0xFF, size))
        self.socket.sendall(head + b"\0\0\0\0" + payload)  # a mask of zeros is a mask

    def message(self):
        """The next text message; pings are answered."""
        text = b""
        while True:
            first, second = self.take(2)
            size = second & 127
            size = struct.unpack(">H", self.take(2))[0] if size == 126 else struct.unpack(">Q", self.take(8))[0] if size == 127 else size
            payload = self.take(size)
            if first & 15 == 8:
                raise Failure("the gate closed the connection: " + payload[2:].decode("utf-8", "replace"))
            if first & 15 == 9:
                self.frame(10, payload)
            elif first & 15 in (0, 1):
                text += payload
                if first & 0x80:
                    return json.loads(text)

    def send(self, data):
        """One text message of exactly these bytes; returns the answer's result."""
        self.frame(1, data)
        while True:
            answer = self.message()
            if "method" in answer:
                continue
            if "error" in answer:
                raise Refused(answer["error"])
            return answer["result"]

    def call(self, method, **params):
        return self.send(json.dumps({"jsonrpc": "2.0", "id": next(self.ids), "method": method, "params": params}).encode())

    def close(self):
        self.socket.close()


class Session(Link):
    """A connection on which `key` has opened a session."""

    def __init__(self, key, client=None):
        self.key, self.client = key, client or {"name": "raw", "version": "1"}
        self.open()

    def open(self):
        super().__init__()
        self.used = time.monotonic()
        super().call("session.open", envelope=self.key.envelope(PREFIX + "session-open.v1+json", self.opening(self.client)))

    def call(self, method, **params):
        """Nobody answers pings between two calls: after two of them the gate hangs up, so that after one the session is opened anew."""
        if time.monotonic() - self.used > PING:
            self.close()
            self.open()
        result = super().call(method, **params)
        self.used = time.monotonic()
        return result

    def opening(self, client):
        gate = self.challenge["gate"]
        return json.dumps({"version": 1, "gate": gate["name"], "gate_key": gate["key"], "nonce": self.challenge["nonce"], "client_nonce": b64(os.urandom(16)),
                           "key": self.key.text, "client": client, "at": now()}).encode()

    def blob(self, data, media="text/plain"):
        """Hands a blob in and returns its name."""
        for at in range(0, len(data), BLOB_PART):
            self.call("blob.write", digest=digest(data), offset=at, data=b64(data[at : at + BLOB_PART]), size=len(data))
        return {"digest": digest(data), "size": len(data), "media": media}

    def document(self, **members):
        """A request as an object, to be changed before it is signed."""
        gate = self.challenge["gate"]
        return {"version": 1, "gate": gate["name"], "gate_key": gate["key"], "nonce": b64(os.urandom(16)), "kind": "sql", "target": "bookings-staging",
                "action": {"statements": "SELECT 1"}, "claims": {}, "origin": {}, "created_at": now(), **members}

    def request(self, document):
        """Sends a request, given as an object or as the exact bytes of its payload; returns the hold's id."""
        payload = document if isinstance(document, bytes) else encode(document)
        return self.call("hold.request", envelope=self.key.envelope(PREFIX + "request.v1+json", payload))["hold"]

    def command(self, verb, **members):
        gate = self.challenge["gate"]
        payload = {"version": 1, "verb": verb, "gate": gate["name"], "gate_key": gate["key"], "key": self.key.text, "reason": "", "nonce": b64(os.urandom(16)),
                   "at": now(), "not_after": now(300), **members}
        return self.call("command.submit", envelope=self.key.envelope(PREFIX + "command.v1+json", encode(payload)))

    def wait_for(self, hold, wanted, seconds=60):
        """Until the hold is in one of the states; returns the answer of hold.wait."""
        status = self.call("hold.wait", hold=hold, after=0, timeout_ms=0)
        while status["state"] not in wanted:
            if status["timed_out"]:
                raise Failure(f"{hold} is {status['state']}, not one of {', '.join(wanted)}")
            status = self.call("hold.wait", hold=hold, after=status["sequence"], timeout_ms=seconds * 1000)
        return status


def agent():
    return Session(Key.from_file(HOME + "/.config/holdfast/practice-agent.key"))
