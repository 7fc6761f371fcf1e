# SPDX-License-Identifier: Apache-2.0
"""A person's keys as they lie in the keyring, and a search of what a running process has in its memory."""
import base64
import hashlib
import json
import struct
import subprocess

import nacl.bindings
import nacl.pwhash.argon2id
import nacl.secret

from driver import HOME, Failure, check
from raw import Key

CHUNK = 16 * 1024 * 1024


def stored(purpose):
    """What the keyring has for a purpose: (name of the actor, verifier key, bytes)."""
    with open(HOME + "/.config/holdfast/keys.json", encoding="utf-8") as file:
        record = next(each for each in json.load(file)["keys"] if each["purpose"] == purpose)
    found = subprocess.run(["secret-tool", "lookup", "server", "holdfast", "user", record["id"]], capture_output=True, text=True, timeout=60, check=True)
    return record["actor"], record["key"], base64.b64decode(found.stdout)


def session_key():
    name, text, seed = stored("session")
    key = Key(name, seed)
    if key.text != text:
        raise Failure("the session key in the keyring is not the one of the index")
    return key


class DecidingKey:
    """The deciding key, unwrapped here as the wrapped item says: "hfseed1\\n" ‖ passes ‖ KiB ‖ salt 16 ‖ nonce 24 ‖ secretbox 48."""

    def __init__(self, passphrase):
        name, text, item = stored("decide")
        passes, memory = struct.unpack(">II", item[8:16])
        if len(item) != 104 or item[:8] != b"hfseed1\n":
            raise Failure("the deciding key in the keyring is not wrapped")
        self.item = item
        self.wrapping = nacl.pwhash.argon2id.kdf(32, passphrase.encode(), item[16:32], passes, memory * 1024)
        self.key = Key(name, nacl.secret.SecretBox(self.wrapping).decrypt(item[56:], item[32:56]))
        if self.key.text != text:
            raise Failure("the deciding key in the keyring is not the one of the index")

    def forms(self):
        """Every form in which the seed could stand in memory."""
        seed = self.key.seed
        expanded = hashlib.sha512(seed).digest()
        scalar = bytes([expanded[0] & 248]) + expanded[1:31] + bytes([expanded[31] & 127 | 64])
        forms = {"seed": seed, "secret key": seed + self.key.public, "SHA-512 of the seed": expanded[:32], "scalar": scalar, "nonce prefix": expanded[32:],
                 "hex": seed.hex().encode(), "HEX": seed.hex().upper().encode(), "base64": base64.b64encode(seed).rstrip(b"="),
                 "key file line": base64.b64encode(b"\x01" + seed)}
        for name in ("hex", "HEX", "base64", "key file line"):
            forms[name + " in UTF-16"] = forms[name].decode().encode("utf-16-le")
        return forms


class Memory:
    """The readable memory of a process."""

    def __init__(self, pid):
        self.pid = pid

    def mappings(self):
        with open(f"/proc/{self.pid}/maps", encoding="utf-8") as file:
            for line in file:
                span, mode, _, _, _, *path = line.split(maxsplit=5)
                start, end = (int(each, 16) for each in span.split("-"))
                if mode[0] == "r" and path != ["[vvar]\n"] and path != ["[vsyscall]\n"]:
                    yield start, end, "".join(path).strip() or "anonymous"

    def find(self, needles):
        """{name: [(address, mapping)]} of those that are there, and how many bytes were searched."""
        found, searched, tail, reached = {}, 0, b"", None
        longest = max(len(needle) for needle in needles.values()) - 1
        with open(f"/proc/{self.pid}/mem", "rb", 0) as memory:
            for start, end, path in self.mappings():
                for at in range(start, end, CHUNK):
                    memory.seek(at)
                    try:
                        data = memory.read(min(CHUNK, end - at))
                    except OSError:
                        continue  # unmapped meanwhile, or a device
                    searched += len(data)
                    data, base = (tail + data, at - len(tail)) if reached == at else (data, at)
                    for name, needle in needles.items():
                        place = data.find(needle)
                        while place >= 0:
                            found.setdefault(name, []).append((base + place, path))
                            place = data.find(needle, place + 1)
                    tail, reached = data[-longest:], base + len(data)
        return found, searched


def scanner_works():
    """The scanner finds a secret that is planted in a process of our own, and none that is not."""
    secret = {"planted": hashlib.sha256(b"planted").digest(), "not planted": hashlib.sha256(b"not planted").digest()}
    holder = subprocess.Popen(["/usr/bin/python3", "-c", "import sys; kept = bytearray(sys.stdin.buffer.read(32)); print(len(kept), flush=True); sys.stdin.buffer.read()"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    holder.stdin.write(secret["planted"])
    holder.stdin.flush()
    holder.stdout.readline()
    found, _ = Memory(holder.pid).find(secret)
    holder.communicate()
    check(list(found) == ["planted"], "the scanner finds a secret planted in a process of its own, and none that is not there")


def mapped(pid):
    """Bytes of address space."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmSize:"))


def nothing_left(console, deciding, passphrase, when, session=False):
    """Neither the deciding seed nor the passphrase is in the console's memory in any form; what must be there is found by the same search."""
    if mapped(console.process.pid) > 1 << 40:
        print(f"skip  {when}: the console maps more than a terabyte, as a sanitizer does, which keeps what was freed as well", flush=True)
        return
    controls = {"public key": deciding.key.public}
    if session:
        controls["wrapping key of the session"] = deciding.wrapping
    forms = deciding.forms()
    typed = {f"{part} of the passphrase in {encoding}": text.encode(encoding)
             for part, text in (("all", passphrase), ("the beginning", passphrase[:10]), ("the end", passphrase[-10:])) for encoding in ("UTF-8", "UTF-16-LE", "UTF-32-LE")}
    found, searched = Memory(console.process.pid).find({**forms, **typed, **controls})
    for name in controls:
        check(name in found, f"{when}: the search of {searched // 1000000} MB of the console's memory finds its {name}")
    there = "".join(f"; {name} at {places[:3]}" for name, places in found.items() if name not in controls)
    check(not there, f"{when}: the deciding seed stands nowhere in it, in none of {len(forms)} forms, nor the passphrase in one of {len(typed)}{there}")
