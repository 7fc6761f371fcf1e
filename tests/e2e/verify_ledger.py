#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Verifies a ledger that `hold export DIR` wrote, without a line of the project's code.

verify_ledger.py DIR [--gate VKEY]     prints one JSON object; exits 0 when everything holds, 1 when something does not, 64 on misuse

Written from the protocol alone: C2SP signed notes and tlog-tiles, RFC 6962 hashing, DSSE envelopes, the registry chain's keys.
Needs Debian's python3-nacl (libsodium refuses keys of low order, which OpenSSL accepts).
"""
import base64
import binascii
import hashlib
import json
import os
import re
import struct
import sys
import tomllib

from nacl.bindings import crypto_core_ed25519_is_valid_point, crypto_sign_open
from nacl.exceptions import BadSignatureError

PREFIX = "application/vnd.holdfast."
TYPES = {kind: PREFIX + kind + ".v1+json" for kind in ("request", "registry", "enrol", "hold", "command", "event", "grant", "receipt")}
TYPES["decision"] = "application/vnd.in-toto+json"
FINAL = {"done", "denied", "expired", "refused", "withdrawn", "stopped", "lapsed"}
MAXIMUM_FILE = 256 * 1024 * 1024


class Broken(Exception):
    """Something in the ledger does not hold."""


def need(condition, sentence):
    if not condition:
        raise Broken(sentence)


def sha256(data):
    return hashlib.sha256(data).digest()


def b64(text):
    need(isinstance(text, str), "base64 is not a string")
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Broken("bad base64") from None
    need(base64.b64encode(raw).decode() == text, "base64 is not canonical")
    return raw


def strict_json(data):
    """Any strict JSON value."""
    def pairs(members):
        names = [name for name, _ in members]
        need(len(names) == len(set(names)), "a name stands twice in an object")
        return dict(members)

    def refuse(text):
        raise Broken("a number is not an integer")

    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=pairs, parse_float=refuse, parse_constant=refuse)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise Broken("not JSON: %s" % type(error).__name__) from None


class Key:
    """A C2SP verifier key: name+hash+base64(type, 32 bytes)."""

    def __init__(self, text):
        parts = text.split("+", 2)
        need(len(parts) == 3, "a verifier key has three parts")
        self.text, self.name = text, parts[0]
        raw = b64(parts[2])
        need(len(raw) == 33 and raw[0] in (1, 4), "a verifier key is one byte of type and 32 of key")
        self.hash = sha256(self.name.encode() + b"\n" + raw)[:4]
        need(self.hash.hex() == parts[1], "the hash of a verifier key does not fit")
        self.bytes = raw[1:]
        need(crypto_core_ed25519_is_valid_point(self.bytes), "a key is not a valid point")

    def verifies(self, message, signature):
        try:
            return len(signature) == 64 and crypto_sign_open(signature + message, self.bytes) == message
        except (BadSignatureError, ValueError):
            return False


def read(directory, name):
    path = os.path.join(directory, name)
    need(os.path.realpath(path) == os.path.join(os.path.realpath(directory), name), "%s is missing or a link" % name)
    need(os.path.isfile(path) and os.path.getsize(path) <= MAXIMUM_FILE, "%s is missing or too large" % name)
    with open(path, "rb") as file:
        return file.read()


def tile_name(level, index, width):
    name = "%03d" % (index % 1000)
    index //= 1000
    while index:
        name = "x%03d/%s" % (index % 1000, name)
        index //= 1000
    return "tile/%s/%s%s" % (level, name, "" if width == 256 else ".p/%d" % width)


def tiles(count):
    return [(index, min(256, count - 256 * index)) for index in range((count + 255) // 256)]


def root_of(hashes):
    """RFC 6962, from the definition: split at the largest power of two below n."""
    if not hashes:
        return sha256(b"")
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01" + root_of(hashes[:split]) + root_of(hashes[split:]))


def parse_note(data):
    text, separator, signatures = data.rpartition(b"\n\n")
    need(separator and signatures.endswith(b"\n"), "the checkpoint is not a signed note")
    found = []
    for line in signatures[:-1].split(b"\n"):
        match = re.fullmatch("\u2014 ([^ +]+) ([A-Za-z0-9+/=]+)", line.decode("utf-8", "replace"))
        need(match, "a signature line of the checkpoint is malformed")
        raw = b64(match.group(2))
        found.append((match.group(1), raw[:4], raw[4:]))
    return text + b"\n", found


class Ledger:
    def __init__(self, directory, pin):
        self.directory, self.pin = directory, pin
        self.entries, self.kinds, self.states, self.outcomes = [], {}, {}, {}
        self.registry = self.registry_digest = None
        self.last_at = ""
        self.requests, self.holds, self.decisions, self.grants, self.spent, self.nonces = {}, {}, {}, {}, set(), set()

    # files

    def read_all(self):
        self.note = read(self.directory, "checkpoint")
        self.text, self.signatures = parse_note(self.note)
        lines = self.text.decode("utf-8").split("\n")
        need(len(lines) == 4 and lines[3] == "" and lines[0].endswith("/ledger"), "the checkpoint does not have three lines")
        need(re.fullmatch("0|[1-9][0-9]{0,15}", lines[1]), "the size of the checkpoint is malformed")
        self.gate, self.size, self.root = lines[0][: -len("/ledger")], int(lines[1]), b64(lines[2])
        for index, width in tiles(self.size):
            self.entries += self.read_bundle(tile_name("entries", index, width), width)
        self.check_tiles()

    def read_bundle(self, name, width):
        data, found = read(self.directory, name), []
        while data:
            need(len(data) >= 2, "%s ends in the middle" % name)
            length = struct.unpack(">H", data[:2])[0]
            need(len(data) >= 2 + length, "%s ends in the middle" % name)
            found.append(data[2 : 2 + length])
            data = data[2 + length :]
        need(len(found) == width, "%s does not hold %d entries" % (name, width))
        return found

    def check_tiles(self):
        hashes = [sha256(b"\x00" + entry) for entry in self.entries]
        need(root_of(hashes) == self.root, "the entries do not give the root of the checkpoint")
        level = 0
        while hashes:
            for index, width in tiles(len(hashes)):
                name = tile_name(level, index, width)
                need(read(self.directory, name) == b"".join(hashes[256 * index : 256 * index + width]), "%s does not hold the hashes of the entries" % name)
            hashes = [root_of(hashes[at : at + 256]) for at in range(0, len(hashes) - 255, 256)]
            level += 1

    def check_checkpoint(self):
        key = self.gate_key("ledger_key")
        need(self.registry["gate"] == self.gate, "the checkpoint is of another gate")
        ours = [signature for name, keyhash, signature in self.signatures if name == key.name and keyhash == key.hash]
        need(ours and all(key.verifies(self.text, signature) for signature in ours), "the checkpoint is not signed by the ledger key")

    def check_blobs(self):
        """Those that no entry has asked for."""
        for name in sorted(os.listdir(os.path.join(self.directory, "blob"))) if os.path.isdir(os.path.join(self.directory, "blob")) else []:
            need(sha256(read(self.directory, "blob/" + name)).hex() == name, "a blob does not have the digest that names it")

    def blob(self, digest):
        need(re.fullmatch("sha256:[0-9a-f]{64}", digest), "a digest is malformed")
        return read(self.directory, "blob/" + digest[7:])

    # keys

    def gate_key(self, name):
        return Key(self.registry["gate_keys"][name])

    def keys(self, purpose):
        return [(actor, Key(actor["keys"][purpose])) for actor in self.registry["actors"] if purpose in actor.get("keys", {})]

    # entries

    def check_entry(self, index, data):
        entry = strict_json(data)
        need(set(entry) == {"at", "envelope", "index", "kind"}, "members of the entry")
        need(entry["index"] == index, "the entry has another number")
        need(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", entry["at"]) and entry["at"] >= self.last_at, "the entry is older than the one before it")
        self.last_at = entry["at"]
        kind, envelope = entry["kind"], entry["envelope"]
        need(kind in TYPES and envelope["payloadType"] == TYPES[kind], "kind and payloadType differ")
        if "payload_digest" in envelope:
            payload = self.blob(envelope["payload_digest"])
        else:
            payload = b64(envelope["payload"])
        body = envelope["payloadType"].encode()
        pae = b"DSSEv1 %d %s %d %s" % (len(body), body, len(payload), payload)
        signatures = [b64(each["sig"]) for each in envelope["signatures"]]
        need(kind == "enrol" or len(signatures) == 1, "more than one signature")
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        getattr(self, "on_" + kind)(Document(entry["at"], payload, pae, signatures))

    def by(self, document, name):
        need(self.gate_key(name).verifies(document.pae, document.signatures[0]), "not signed by the gate's %s" % name)

    def by_actor(self, document, *purposes):
        for purpose in purposes:
            for actor, key in self.keys(purpose):
                if key.verifies(document.pae, document.signatures[0]):
                    need("expires" not in actor or document.at < actor["expires"], "the signer had expired")
                    return actor, key
        raise Broken("not signed by a key of purpose %s that is registered here" % " or ".join(purposes))

    def on_registry(self, document):
        registry = document.value
        if self.registry is None:
            need(self.pin is None or self.pin in registry["gate_keys"].values(), "the first registry does not name the pinned key")
            need(registry["serial"] == 0 and "previous" not in registry, "the first registry is not the beginning")
            self.registry = registry
        else:
            need(registry["serial"] == self.registry["serial"] + 1 and registry["previous"] == self.registry_digest, "the registry does not follow the one before it")
            need(registry["gate_keys"] == self.registry["gate_keys"] and registry["gate"] == self.registry["gate"], "the registry changes the gate")
        self.by(document, "key")
        self.registry, self.registry_digest = registry, document.digest
        keys = [Key(text).bytes for actor in registry["actors"] for text in actor.get("keys", {}).values()] + [Key(text).bytes for text in registry["gate_keys"].values()]
        need(len(keys) == len(set(keys)), "the same key stands twice in a registry")
        policy = self.blob(registry["policy"]["digest"])
        need(sha256(policy).hex() == registry["policy"]["digest"][7:], "the policy is another one")
        self.policy = tomllib.loads(policy.decode())

    def on_enrol(self, document):
        for text in document.value["keys"].values():
            need(any(Key(text).verifies(document.pae, signature) for signature in document.signatures), "the enrolment lacks a signature")
        need(len(document.signatures) == len(document.value["keys"]), "the enrolment has a signature too many")

    def on_request(self, document):
        actor, key = self.by_actor(document, "request")
        hold = "h" + base64.b32encode(sha256(key.bytes + document.payload)).decode().lower()[:24]
        need(hold not in self.requests, "the request stands there twice")
        self.requests[hold] = (document.digest, actor)
        self.states[hold] = "measuring"

    def on_hold(self, document):
        self.by(document, "key")
        hold = document.value
        digest, actor = self.requests.get(hold["hold"], (None, None))
        need(digest == hold["request"] and hold["requester"]["person"] == actor["person"], "the hold is about another request")
        need(hold["revision"] == self.holds.get(hold["hold"], ({"revision": 0}, None))[0]["revision"] + 1, "the revision is not the next one")
        need(self.states[hold["hold"]] in ("measuring", "pending", "drifted"), "a revision may not stand here")
        need(hold["policy"]["registry"] == self.registry_digest, "the hold names another registry")
        lists = {name: self.whole_list(hold, name) for name in ("resources", "dependents", "uninspectable")}
        need(hold["mode"] == "forbid" or not self.protects(lists["resources"]), "the hold reaches what is protected, and is not forbidden")
        self.holds[hold["hold"]] = (hold, document.digest)
        self.states[hold["hold"]] = "pending"

    def whole_list(self, hold, name):
        """The list that decided: as the hold shows it, or as the blob has it that the hold names as whole."""
        shown, ref = hold[name], hold.get("whole", {}).get(name)
        if ref is None:
            return shown
        try:
            data = self.blob(ref["digest"])
        except Broken as error:
            raise Broken("the whole list of %s: %s" % (name, error)) from None
        need(sha256(data).hex() == ref["digest"][7:] and len(data) == ref["size"], "the whole list of %s is not the one that the hold names" % name)
        need(data.endswith(b"\n"), "the whole list of %s ends in the middle" % name)
        lines = data[:-1].split(b"\n")
        values = [strict_json(line) for line in lines]
        if name == "resources":
            need(values == sorted(set(values), key=str.encode), "the whole list of resources is not sorted")
            need({each for each in shown if "\u2026" not in each} <= set(values), "the whole list of resources lacks what is shown of it")
        return values

    def protects(self, resources):
        """Whether a resource lies in a protected tree, or a protected tree in it."""
        within = [root.rstrip("/") + "/" for target in self.policy.get("target", []) if target.get("protected") for root in target.get("roots", [])]
        return any((each + "/").startswith(root) or root.startswith(each + "/") for each in resources for root in within)

    def on_decision(self, document):
        actor, key = self.by_actor(document, "decide")
        decision = document.value["predicate"]
        need(decision["key"] == key.text and decision["nonce"] not in self.nonces, "the decision names another key, or its nonce was used")
        self.nonces.add(decision["nonce"])
        need("approver" in actor["roles"], "the decision is not by an approver")
        hold, state = decision["hold"], self.states.get(decision["hold"])
        need(state, "the decision is about nothing")
        if decision["verdict"] == "deny":
            if state not in FINAL and state != "executing":
                self.states[hold] = "stopped" if state in ("approved", "cooling", "released") else "denied"
            return
        need(state == "pending", "an approval may not stand here")
        current, digest = self.holds[hold]
        subjects = {each["name"]: each["digest"]["sha256"] for each in document.value["subject"]}
        need(subjects == {"request/" + hold: current["request"][7:], "hold/%s/%d" % (hold, current["revision"]): digest[7:]}, "the approval is of other bytes")
        need(decision["revision"] == current["revision"], "the approval is of another revision")
        need(document.at < current["policy"]["approve_until"] and document.at < decision["not_after"], "the approval came too late")
        need([each["kind"] for each in decision["confirmations"]] == current["policy"]["confirm"], "the confirmations are not those that the hold asks for")
        for each in decision["confirmations"]:
            need(each["kind"] != "type-target" or each["value"] == current["confirm_text"], "the wrong name was typed")
        self.decisions.setdefault((hold, current["revision"]), {})[document.id] = actor["person"]

    def on_command(self, document):
        actor, _ = self.by_actor(document, "decide", "request")
        command = document.value
        need(actor["kind"] == "human" or command["verb"] == "withdraw", "a machine may only withdraw")
        if command["verb"] in ("withdraw", "stop"):
            state = self.states.get(command["hold"])
            need(state and state not in FINAL, "the command comes too late")
            if state != "executing":
                self.states[command["hold"]] = "withdrawn" if command["verb"] == "withdraw" else "stopped"

    def on_event(self, document):
        self.by(document, "key")
        event = document.value
        hold, state, before = event["hold"], event["state"], self.states.get(event["hold"])
        need(before and (before not in FINAL or before == state), "the hold had ended")
        if state == "approved" and self.holds[hold][0]["mode"] != "allow":
            self.need_quorum(hold, self.decisions.get((hold, event["revision"]), {}))
        if state == "executing":
            need(before == "released" and hold in self.grants, "executing without a grant")
            need(self.grants[hold]["not_before"] <= document.at < self.grants[hold]["not_after"], "executing outside the time of the grant")
            need(self.grants[hold]["grant"] not in self.spent, "the grant was spent before")
            self.spent.add(self.grants[hold]["grant"])
        need(state != "drifted" or before in ("approved", "cooling", "released", "executing"), "drifted from nothing")
        self.states[hold] = state

    def need_quorum(self, hold, decisions):
        policy = self.holds[hold][0]["policy"]
        need(len(set(decisions.values())) >= policy["quorum"]["need"], "approved without a quorum")

    def on_grant(self, document):
        self.by(document, "key")
        grant = document.value
        hold, digest = self.holds.get(grant["hold"], ({}, None))
        need(grant["hold_digest"] == digest and grant["request"] == hold["request"] and grant["revision"] == hold["revision"], "the grant is about other bytes")
        allowed = hold["mode"] == "allow"
        need(self.states[grant["hold"]] in (("pending", "approved", "cooling") if allowed else ("approved", "cooling")), "a grant may not stand here")
        counted = self.decisions.get((grant["hold"], grant["revision"]), {})
        need(all(each in counted for each in grant["decisions"]), "the grant names a decision that is not there")
        if not allowed:
            self.need_quorum(grant["hold"], {each: counted[each] for each in grant["decisions"]})
        need(grant["performer"] == self.registry["gate_keys"]["perform_key"], "the grant names another performer")
        self.grants[grant["hold"]] = grant
        self.states[grant["hold"]] = "released"

    def on_receipt(self, document):
        self.by(document, "perform_key")
        receipt = document.value
        hold = receipt["hold"]
        if "grant" in receipt:
            need(self.states.get(hold) == "executing" and self.grants[hold]["grant"] == receipt["grant"], "a receipt without executing under its grant")
        else:
            need(self.states.get(hold) == "approved" and self.holds[hold][0]["mode"] == "propose", "a receipt without a grant")
        self.states[hold], self.outcomes[hold] = "done", receipt["outcome"]

    def verify(self):
        self.read_all()
        for index, data in enumerate(self.entries):
            try:
                self.check_entry(index, data)
            except (KeyError, TypeError, AttributeError) as error:
                raise Broken("entry %d is malformed: %s %s" % (index, type(error).__name__, error)) from None
            except Broken as error:
                raise Broken("entry %d: %s" % (index, error)) from None
        self.check_blobs()
        need(self.registry, "there is no registry")
        self.check_checkpoint()
        return {"holds": True, "pinned": self.pin is not None, "gate": self.gate, "entries": self.size, "kinds": self.kinds, "states": self.states, "outcomes": self.outcomes}


class Document:
    """A payload whose bytes are verified by whoever asks for `value`."""

    def __init__(self, at, payload, pae, signatures):
        self.at, self.payload, self.pae, self.signatures = at, payload, pae, signatures
        self.digest, self.id = "sha256:" + sha256(payload).hex(), "sha256:" + sha256(pae).hex()

    @property
    def value(self):
        value = strict_json(self.payload)
        need(isinstance(value, dict), "a payload is not an object")
        return value


def main(arguments):
    pin = None
    if len(arguments) == 3 and arguments[1] == "--gate":
        pin = arguments[2]
    elif len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 64
    try:
        report = Ledger(arguments[0], pin).verify()
    except Broken as error:
        print(json.dumps({"holds": False, "why": str(error)}))
        return 1
    print(json.dumps(report, indent=1, sort_keys=True))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
