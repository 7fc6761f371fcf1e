# SPDX-License-Identifier: Apache-2.0
"""What a gate must refuse of a requester that sends any bytes, with the place named and nothing foreign raw in the answer."""
import json

from driver import Failure, check
from hidden import hidden_in
from raw import Refused, Session

TARGETS = {"sql": "bookings-staging", "filesystem": "practice-files", "command": "practice-commands"}
ACTIONS = {"sql": {"statements": "SELECT 1"}, "filesystem": {"delete": ["/tmp/a"], "recursive": False}, "command": {"argv": ["git", "b"], "cwd": ""}}
CLAIMS, ORIGIN = ["intent", "environment", "ticket"], ["agent", "session", "host", "cwd", "repository", "commit", "pipeline", "on_behalf_of"]
IN_ACTIONS = [("action", "statements"), ("action", "delete", 0), ("action", "argv", 0), ("action", "argv", 1), ("action", "cwd")]
PLACES = [("claims", each) for each in CLAIMS] + [("origin", each) for each in ORIGIN] + [("target",), ("kind",), ("wanted_by",), ("nonce",)] + IN_ACTIONS
NOT_TEXT = {"a lone surrogate": rb"\ud800", "a reversed pair": rb"\udc00\ud800", "a raw ESC": b"\x1b[31m", "a raw NUL": b"\0", "a raw line feed": b"\n",
            "an overlong form": b"\xc0\xaf", "a surrogate in UTF-8": b"\xed\xa0\x80", "a cut sequence": b"\xe2\x80"}


def named(path):
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else "." + step for step in path)


def spoilt(session, path, inserted):
    """A request whose string at `path` is exactly these bytes of JSON."""
    kind = {"delete": "filesystem", "argv": "command", "cwd": "command"}.get(path[1], "sql") if path[0] == "action" else "sql"
    document = json.loads(json.dumps(session.document(kind=kind, target=TARGETS[kind], action=ACTIONS[kind])))
    at = document
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = "HERE"
    return json.dumps(document).encode().replace(b'"HERE"', b'"' + inserted + b'"', 1)


class Refusals:
    """What must be refused, with its place named and nothing foreign in the answer raw."""

    def __init__(self, session):
        self.session, self.count = session, 0

    def refused(self, send, code, *words):
        try:
            send()
        except Refused as refused:
            self.count += 1
            missing = [word for word in words if word not in refused.detail]
            if refused.code != code or missing or hidden_in(refused.detail, ""):
                raise Failure(f"not {code} with {words}, but {refused.code}: {refused.detail!r}") from None
            return
        raise Failure(f"{code} {words}: it was taken")

    def request(self, payload, code, *words):
        self.refused(lambda: self.session.request(payload), code, *words)

    def not_text(self):
        for path in PLACES:
            for inserted in NOT_TEXT.values():
                self.request(spoilt(self.session, path, inserted), "invalid-document", named(path))
        check(True, f"{self.count} requests with {', '.join(NOT_TEXT)} in {len(PLACES)} fields: invalid-document, the field named")

    def not_documents(self):
        session, payload = self.session, json.dumps(self.session.document(claims={"intent": "HERE"})).encode()
        for path in IN_ACTIONS:
            self.request(spoilt(session, path, rb"a\u0000b"), "invalid-document", named(path), "U+0000")
        self.request(payload.replace(b'"HERE"', b'"a","intent":"b"'), "invalid-document", "$.claims.intent", "twice")
        self.request(payload.replace(b'"HERE"', b'"a","\xe2\x80\xae":"b"'), "invalid-document", '$.claims["⟨U+202E⟩"]')
        self.request(payload.replace(b'"HERE"', b"[" * 40 + b"]" * 40), "invalid-document", "$.claims.intent[0][0]", "deeper")
        self.request(payload.replace(b"HERE", b"x" * 256 * 1024), "invalid-document", "$", "larger")
        self.request(payload.replace(b'"HERE"', b"1.5"), "invalid-document", "$.claims.intent", "integers")
        self.request(b"\xef\xbb\xbf" + payload, "invalid-document", "$", "byte order mark")
        self.request(payload + b"{}", "invalid-document", "$", "nothing may follow")
        self.request(payload[:-1], "invalid-document", "$", "ends too early")
        check(True, "NUL in an action, names twice, unknown names, too deep, too long, fractions, BOM, trailing and missing bytes: refused, the place named")

    def elsewhere(self, nasty):
        session = self.session
        self.request(session.document(target=nasty("target")[:200]), "unknown-target", "$.target", "⟨U+202E⟩")
        self.refused(lambda: session.send(b'{"jsonrpc":"2.0","id":1,"method":"hold.get","params":{"hold":"\x1b"}}'), None, "$.params.hold", "control character")
        self.refused(lambda: session.send(rb'{"jsonrpc":"2.0","id":1,"method":"hold.get","params":{"\ud800":1}}'), None, "half of a surrogate pair")
        self.refused(lambda: session.call(nasty("method")), None)
        self.refused(lambda: session.call("hold.get", **{"hold": "h" + "a" * 24, nasty("member"): 1}), None, "⟨U+2028⟩")
        self.refused(lambda: session.command("withdraw", hold="h" + "a" * 24, reason="\ud800"), "invalid-document", "$.reason")
        for client, words in (({"name": "\ud800", "version": "1"}, "$.client.name"), ({"name": "n", "version": "v" * 1000}, "$.client.version"),
                              ({"name": "n", "version": "1", nasty("member"): 1}, "$.client")):
            self.refused(lambda: Session(session.key, client), "invalid-document", words)
        check(session.call("target.list")["targets"], "method, members, target, reason, client: the same; the session still answers, the gate lives on")
