# SPDX-License-Identifier: Apache-2.0
"""A real gate without a console: a PostgreSQL of its own, an agent that asks by `hold`, and a person who decides by the protocol alone."""
import atexit
import base64
import contextlib
import hashlib
import hmac
import json
import os
import re
import signal
import socket
import subprocess
import sys

from driver import BIN, DATA, HOME, PLACE, Failure, check, hold, wait
from raw import DECISION, PREFIX, Key, Link, Session, b64, digest, encode, now, sha256

SOURCE = os.environ.get("HOLDFAST_SOURCE", os.path.dirname(os.path.abspath(__file__)) + "/../..")
SHARED = os.environ.get("HOLDFAST_SHARED", SOURCE + "/../shared")
AGENT_KEY = HOME + "/agent.key"
SESSION_KEY = HOME + "/olga.key"
GATE = "cases.example/gate"


def shared_case(name):
    """The directory of a case that is handed out beside the project; None where it is not, which is said."""
    found = next((f"{SHARED}/cases/{each}" for each in sorted(os.listdir(SHARED + "/cases")) if each.startswith(name)), None) if os.path.isdir(SHARED + "/cases") else None
    if found is None:
        print(f"SKIP  the input of case {name} is not beside the checkout", flush=True)
    return found


def text_of(*parts):
    with open("/".join(parts), encoding="utf-8") as file:
        return file.read()


def machine_mark():
    """How an address on this machine is told from the same one on another."""
    known = [text_of(each).strip() for each in ("/etc/machine-id", "/var/lib/dbus/machine-id") if os.path.isfile(each)]
    return sha256(b"holdfast-machine-v1\n" + next(filter(None, known), socket.gethostname()).encode()).hex()[:12]


def write_key(path, key):
    """One line, as `hold` reads it."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
        file.write("PRIVATE+KEY+" + key.hint + "+" + b64(b"\x01" + key.seed) + "\n")


def toml(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {toml(each)}" for name, each in value.items()) + " }"
    return json.dumps(value)


def block(table, **members):
    return f"\n[[{table}]]\n" + "".join(f"{name} = {toml(value)}\n" for name, value in members.items())


class Cluster:
    """A PostgreSQL server with the two roles that the README tells owners to make."""

    def __init__(self):
        self.place = f"/tmp/hf-cases-{os.getpid()}"
        subprocess.run([SOURCE + "/tests/tools/pgcluster", "start", self.place], capture_output=True, check=True, timeout=120)
        self.sql("postgres", "CREATE ROLE holdfast_measure NOLOGIN; GRANT pg_read_all_data, pg_read_all_stats, pg_read_all_settings TO holdfast_measure;"
                 " CREATE ROLE holdfast_perform LOGIN; GRANT holdfast_measure TO holdfast_perform", user="postgres")
        self.system = self.sql("postgres", "SELECT system_identifier FROM pg_control_system()", user="postgres")

    def connection(self, database, user="holdfast_perform"):
        return f"host={self.place}/s user={user} dbname={database}"

    def run(self, database, *words, user="holdfast_perform", **options):
        done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.connection(database, user), *words], capture_output=True, text=True, timeout=120, check=False, **options)
        if done.returncode != 0:
            raise Failure("psql: " + done.stderr.strip())
        return done.stdout.strip()

    def sql(self, database, text, user="holdfast_perform"):
        return self.run(database, "-c", text, user=user)

    def make(self, database, schema):
        """A database that the performing role owns, as a shop's own user would."""
        self.sql("postgres", f"CREATE DATABASE {database} OWNER holdfast_perform", user="postgres")
        self.run(database, "-f", "-", input="SET client_min_messages = error;\n" + schema)

    def counts(self, database, *tables):
        return {table: int(self.sql(database, f"SELECT count(*) FROM {table}")) for table in tables}

    def target(self, database, name=None, **more):
        """The block of a target whose environment is measured."""
        place = f"{self.place}/s/.s.PGSQL.5432"
        identity = {"system": self.system, "database": database, "host": f"unix:{place} uid {os.stat(place).st_uid} machine {machine_mark()}"}
        return block("target", name=name or database, kind="sql", environment="production", url=f"postgresql://holdfast_perform@{self.place.replace('/', '%2F')}%2Fs/{database}",
                     identity=identity, measure_as="holdfast_measure", reveal=True, **more)

    def remove(self):
        subprocess.run([SOURCE + "/tests/tools/pgcluster", "stop", self.place], capture_output=True, timeout=60, check=False)


class World:
    """The gate with the default rules, and what both sides have: the agent a key file, the person her two keys."""

    def __init__(self, targets, rules=None, owner=True):
        self.agent = Key("agent", os.urandom(32))
        write_key(AGENT_KEY, self.agent)
        self.session, self.decide = Key("olga", os.urandom(32)), Key("olga", os.urandom(32))
        write_key(SESSION_KEY, self.session)
        os.makedirs(DATA + "/gate", mode=0o700)
        with open(os.open(DATA + "/gate/gate.toml", os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(f'[gate]\nname = "{GATE}"\nlisten = "127.0.0.1:0"\nstore = "sqlite:gate.db"\nkey = "file:gate.key"\n'
                       + (text_of(SOURCE, "resources/policy/default.toml") if rules is None else rules)
                       + block("actor", name="agent", kind="machine", person="web-dev", roles=["requester"], keys={"request": self.agent.text}) + targets)
        self.secret = os.urandom(16)
        self.gate = None
        atexit.register(self.end)
        self.start(self.secret)
        self.human = None
        if owner:
            self.enrol()

    def start(self, secret=None):
        read, write = os.pipe()
        os.write(write, secret or b"")
        os.close(write)
        with open(PLACE + "/gate.err", "ab") as log:
            self.gate = subprocess.Popen([BIN + "/holdfastd", "--config", DATA + "/gate/gate.toml", *(["--owner-fd", str(read)] if secret else [])],
                                         stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, pass_fds=[read], text=True)
        os.close(read)
        if "listening on" not in self.gate.stdout.readline():
            raise Failure("the gate does not start: " + text_of(PLACE, "gate.err")[-800:])

    def stop(self):
        self.gate.send_signal(signal.SIGTERM)
        check(self.gate.wait(60) == 0, "the gate ends cleanly")

    def end(self):
        """However the program ends: no gate outlives it."""
        if self.gate is None or self.gate.poll() is not None:
            return
        self.gate.send_signal(signal.SIGTERM)
        try:
            self.gate.wait(20)
        except subprocess.TimeoutExpired:
            self.gate.kill()
            self.gate.wait()

    def invite(self):
        """The invite that its first owner enrols with, as text."""
        link = Link()
        link.close()
        return link.challenge["gate"]["key"] + "#" + b64(self.secret)

    def enrol(self):
        """The first owner, by the protocol."""
        link = Link()
        keys = {"session": self.session, "decide": self.decide}
        told = link.challenge
        mac = hmac.new(self.secret, base64.b64decode(told["nonce"]) + "\n".join(sorted(each.text for each in keys.values())).encode(), hashlib.sha256)
        payload = encode({"version": 1, "gate": told["gate"]["name"], "gate_key": told["gate"]["key"], "nonce": told["nonce"],
                          "keys": {name: each.text for name, each in keys.items()}, "mark": sha256(self.secret).hex()[:16], "mac": mac.hexdigest()})
        signed = [each.envelope(PREFIX + "enrol.v1+json", payload) for each in keys.values()]
        link.call("actor.enrol", envelope={**signed[0], "signatures": [each["signatures"][0] for each in signed]})
        link.close()
        self.human = Session(self.session)


    def ask(self, *words, cwd=None):
        """Asks by `hold`, without waiting for people; returns the hold's id."""
        done = subprocess.run([BIN + "/hold", "--key", AGENT_KEY, "--timeout", "0", *words], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, cwd=cwd, check=False)
        found = re.search("h[a-z2-7]{24}", done.stderr)
        if found is None:
            raise Failure(f"hold {' '.join(words)}: no hold\n{done.stdout}{done.stderr}")
        return found.group(0)

    def settled(self, held, wanted=("pending",)):
        """The hold as `hold show` tells it to the requester once the hold is in one of the states."""
        agent = Session(self.agent)
        agent.wait_for(held, wanted)
        agent.close()
        done = hold("--key", AGENT_KEY, "--json", "show", held)
        if done.returncode != 0:
            raise Failure("hold show: " + done.stderr)
        return Shown(json.loads(done.stdout))

    def measured(self, *words, **options):
        return self.settled(self.ask(*words, **options))

    def decide_on(self, shown, verdict="approve", reason=""):
        """A signed decision about exactly what was shown; the gate's copy is hashed, as a console does."""
        current = self.human.call("hold.get", hold=shown.id)["current"]
        payload = base64.b64decode(current["payload"])
        if json.loads(payload) != shown.hold:
            raise Failure("`hold show` shows another hold than the console gets")
        document = shown.hold
        values = {"type-target": document.get("confirm_text", ""), "press": "900"}
        gate = self.human.challenge["gate"]
        predicate = {"verdict": verdict, "gate": gate["name"], "gate_key": gate["key"], "key": self.decide.text, "hold": shown.id, "revision": document["revision"],
                     "nonce": b64(os.urandom(16)), "reason": reason, **({"scope": "this"} if verdict == "deny" else {}),
                     "confirmations": [{"kind": each, "value": values[each]} for each in document["policy"]["confirm"]] if verdict == "approve" else [],
                     "view": {"digest": digest(b"view"), "reached": ["payload"], "open_ms": 4000, "locale": "en", "console": "cases"}, "decided_at": now(), "not_after": now(300)}
        statement = {"_type": "https://in-toto.io/Statement/v1", "predicateType": "urn:holdfast:decision:v1", "predicate": predicate,
                     "subject": [{"name": "request/" + shown.id, "digest": {"sha256": document["request"][7:]}},
                                 {"name": f"hold/{shown.id}/{document['revision']}", "digest": {"sha256": sha256(payload).hex()}}]}
        return self.human.call("decision.submit", envelope=self.decide.envelope(DECISION, encode(statement)))

    def performed(self, shown):
        """Approves, and gives what `hold wait` then tells the requester."""
        self.decide_on(shown)
        done = hold("--key", AGENT_KEY, "--json", "wait", shown.id)
        try:
            return Told(done.returncode, json.loads(done.stdout), done.stderr)
        except ValueError:
            raise Failure(f"hold wait ended with {done.returncode}: {done.stdout}{done.stderr}") from None

    def blob(self, ref):
        data = b""
        while len(data) < ref["size"]:
            data += base64.b64decode(self.human.call("blob.read", digest=ref["digest"], offset=len(data), length=96 * 1024)["data"])
        return data


class Told:
    """How `hold wait` ended, and what it printed."""

    def __init__(self, code, result, words):
        self.code, self.result, self.words = code, result, words

    def effect(self, name):
        return next((each for each in self.result.get("effects", []) if each["id"] == name), {})


class Shown:
    """A hold as its requester was shown it."""

    def __init__(self, printed):
        self.id, self.state, self.hold = printed["hold"], printed["state"], printed.get("document") or {}
        self.request, self.reason = printed["request"], printed.get("reason")

    def fact(self, name):
        return next((each for each in self.hold["facts"] if each["id"] == name), {})

    def value(self, name):
        return self.fact(name).get("value")

    def number(self, name):
        fact = self.fact(name)
        return fact.get("number") if fact.get("quality") == "measured" else None

    def dependent(self, name):
        return next((each for each in self.hold["dependents"] if each["name"] == name), {})

    def parent(self, name):
        at = self.dependent(name).get("parent", -1)
        return self.hold["dependents"][at]["name"] if at >= 0 else None

    def __str__(self):
        return json.dumps({name: self.hold.get(name) for name in ("operation", "tier", "rule", "summary", "environment", "resources", "facts", "contradictions", "dependents", "recovery",
                                                                  "uninspectable", "confirm_text", "diffs")}, indent=1, ensure_ascii=False)


class Expectations:
    """Collects what is right and what is not, so that one wrong figure does not hide the others."""

    def __init__(self):
        self.wrong = 0

    def that(self, condition, what, shown=None):
        print(("ok    " if condition else "WRONG ") + what, flush=True)
        if not condition:
            self.wrong += 1
            if shown is not None:
                print(shown, file=sys.stderr)


@contextlib.contextmanager
def ending(what, *removables):
    """Ends the program with what became of the steps inside; `removables` are stopped in any case."""
    expect, status = Expectations(), 0
    try:
        yield expect
    except Failure as failure:
        print(f"FAIL  {failure}", file=sys.stderr)
        status = 1
    finally:
        for each in removables:
            each()
    if expect.wrong or status:
        sys.exit(f"{what}: {expect.wrong} answers are wrong" if expect.wrong else 1)
    print(f"{what}: all answers are right")
