# SPDX-License-Identifier: Apache-2.0
"""The first hold, end to end: asked, seen, approved, done; denied; drifted; and its keys, which leave nothing behind."""
import base64
import json
import os
import re

from driver import Failure, Ground, check, hold, scenario
from memory import DecidingKey, nothing_left, scanner_works, session_key
from raw import DECISION, Refused, Session, b64
from steps import AGENT, PASSPHRASE, approve, ask, deny, enrol, ledger_holds, open_first, read_everything, receipt_of


def approved_run(console, ground):
    before = ground.count("bookings")
    doomed = ground.count("bookings", "id <= 40")
    process = ask("DELETE FROM bookings WHERE id <= 40")
    open_first(console, f"Delete {doomed} rows from bookings")
    check(console.find("(?i)claims") is not None, "the contradiction between claim and measurement is on the screen")
    read_everything(console)
    approve(console, "bookings-prod")
    text = receipt_of(process, 0)
    check(ground.count("bookings") == before - doomed, f"{doomed} rows are gone, as signed")
    check("committed" in text, "the receipt came back to the requester, exit 0")


def denied_run(console, ground):
    before = ground.count("bookings")
    process = ask("DELETE FROM bookings WHERE id <= 70 AND id > 40")
    open_first(console, "Delete 30 rows from bookings")
    deny(console)
    console.see("^To deny: ", 20)
    console.type(PASSPHRASE)
    console.key("Return")
    text = receipt_of(process, 2)
    check(ground.count("bookings") == before, "denied: the rows are there")
    check(re.search("(?i)denied", text) is not None, "the reason came back, exit 2")


def drifted_run(console, ground, human, deciding):
    process = ask("DELETE FROM late_fees WHERE id <= 50")
    open_first(console, "Delete [0-9]+ rows from late_fees")
    read_everything(console)
    ground.query("DELETE FROM late_fees WHERE id = 50")
    before = ground.count("late_fees")
    approve(console, "bookings-prod")
    console.see("What changed since it was last measured", 60)
    check(ground.count("late_fees") == before, "drift: rolled back, the rows are there")
    check(console.find("^locked: Approve") is not None, "revision 2 must be read and signed anew")
    old_signature(human, deciding)
    check(ground.count("late_fees") == before, "the old signature performed nothing")
    deny(console)
    text = receipt_of(process, 2)
    shown = hold("show", *AGENT, "--json", re.search("h[a-z2-7]{24}", text).group(0))
    check(re.search(r'"revision":\s*2\b', shown.stdout) is not None, "the hold stands at revision 2, and its old signature performed nothing")
    check(ground.count("late_fees") == before, "the rows are still there")


def old_signature(human, deciding):
    """What was signed on revision 1, sent again by the person's own session: as it was, in other clothes, and signed anew."""
    held = next(head for head in human.call("hold.subscribe")["holds"] if head["state"] == "pending")["hold"]
    documents = human.call("hold.get", hold=held)["documents"]
    old = human.call("document.get", id_digest=next(each for each in documents if each["kind"] == "decision")["id_digest"])["envelope"]
    size = human.call("ledger.checkpoint")["checkpoint"].split("\n")[1]
    clothes = {"the old decision": old, "in URL-safe base64": {**old, "payload": old["payload"].replace("+", "-").replace("/", "_")},
               "with another member": {**old, "more": "x"}, "without its key hint": {**old, "signatures": [{"sig": old["signatures"][0]["sig"]}]}}
    for name, envelope in clothes.items():
        again = human.call("decision.submit", envelope=envelope)
        if again["state"] != "pending":
            raise Failure(f"{name}: {again}")
    check(True, f"the old decision, and {', '.join(list(clothes)[1:])}: answered as the first time, which counts no more")

    def signed(**changes):
        statement = json.loads(base64.b64decode(old["payload"]))
        statement["predicate"].update({"nonce": b64(os.urandom(16)), **changes})
        return deciding.key.envelope(DECISION, json.dumps(statement).encode())

    subject = json.loads(base64.b64decode(old["payload"]))["predicate"]
    by_session = human.key.envelope(DECISION, base64.b64decode(old["payload"]))
    for name, envelope, code in (("signed anew on revision 1", signed(), "stale-revision"), ("with its nonce again", signed(nonce=subject["nonce"]), "conflict"),
                                 ("called revision 2", signed(revision=2), "invalid-document|stale-revision"),
                                 ("by the session's key", by_session, "invalid-signature|forbidden")):
        try:
            human.call("decision.submit", envelope=envelope)
        except Refused as refused:
            check(re.fullmatch(code, refused.code or ""), f"the old decision {name}: refused, {refused.code}")
        else:
            raise Failure(f"the old decision {name} was taken")
    head = human.call("hold.get", hold=held)["head"]
    check(head["state"] == "pending" and head["revision"] == 2 and not head["approvals"], "revision 2 is pending, with no approval")
    check(human.call("ledger.checkpoint")["checkpoint"].split("\n")[1] == size, "nothing of it was written into the ledger")


def keys_of(human):
    """The deciding key as it lies in the keyring, unwrapped outside of the product, and right by the gate's registry."""
    deciding = DecidingKey(PASSPHRASE)
    registry = json.loads(base64.b64decode(human.call("registry.get")["envelope"]["payload"]))
    listed = [actor["keys"].get("decide") for actor in registry["actors"] if actor["kind"] == "human"]
    check(listed == [deciding.key.text], "the keyring has the deciding key wrapped only; unwrapped here it is the one of the registry")
    return deciding


def steps(console):
    enrol(console)
    ground = Ground()
    check(ground.count("bookings") > 1000, "the practice ground is a real database")
    human = Session(session_key())
    deciding = keys_of(human)
    scanner_works()
    approved_run(console, ground)
    nothing_left(console, deciding, PASSPHRASE, "after an approval at critical")
    denied_run(console, ground)
    nothing_left(console, deciding, PASSPHRASE, "after a denial", session=True)
    drifted_run(console, ground, human, deciding)
    nothing_left(console, deciding, PASSPHRASE, "after four signatures", session=True)
    ledger_holds()


scenario("first hold", steps)
