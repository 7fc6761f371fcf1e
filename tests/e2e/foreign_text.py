# SPDX-License-Identifier: Apache-2.0
"""Foreign text, end to end: whatever a requester can write is shown as itself, opens no connection, breaks nothing; what is no text is refused."""
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402

from driver import BIN, HOME, PLACE, Console, Failure, Ground, check, hold, wait
from hidden import hidden_in, in_json, shown
from raw import Session, agent
from refusals import CLAIMS, ORIGIN, TARGETS, Refusals
from steps import AGENT, PASSPHRASE, approve, deny, enrol, ledger_holds, read_everything

LONG = 100_000
STATE = HOME + "/.local/state/holdfast/"
QML = """import QtQuick
import QtTest
TestCase {
    name: "planted"
    when: windowShown
    visible: true
    Text { text: %s }
    function test_wait() { tryVerify(() => false, 20000) }
}
"""


class Listener(threading.Thread):
    """Counts who connects to a port of its own; answers nothing."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port, self.asked = self.socket.getsockname()[1], []
        self.start()

    def run(self):
        while True:
            connection, _ = self.socket.accept()
            connection.settimeout(2)
            try:
                line = connection.recv(200).split(b"\r\n")[0].decode("latin-1")
            except OSError:
                line = ""
            self.asked.append(line)
            connection.close()

    def nasty(self, tag):
        """Markup, bidi controls, zero-width and invisible characters, ANSI escapes; `tag` tells the field."""
        return (f'{tag}<img src="http://127.0.0.1:{self.port}/{tag}">\u202e\u2066txt\u2069\u061c\u200b\u200d\ufeff\u00ad'
                "\x1b[31m\x1b]0;t\x07\u009b1m\x7f\u2028\u3164\u2800\U000e0041\U000e0100<b>⟨U+202E⟩&amp;")

    def identifier(self, tag):
        """What a name of PostgreSQL has room for."""
        return f'{tag}<img src="http://127.0.0.1:{self.port}/{tag}">\u202e\u200b\x1b[1m'


class Pulse(threading.Thread):
    """Asks the console's thread for a trifle over and over, on a connection of its own; keeps how long the slowest answer took."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        session = Gio.bus_get_sync(Gio.BusType.SESSION, None)
        address = session.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", None, None,
                                    Gio.DBusCallFlags.NONE, 5000, None).unpack()[0]
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.bus = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
        self.name = wait("the console on the bus of assistive technology", lambda: self.find(pid))
        self.slowest, self.broken = 0.0, None
        self.start()

    def ask(self, name, path, interface, method, arguments=None, seconds=30):
        return self.bus.call_sync(name, path, interface, method, arguments, None, Gio.DBusCallFlags.NONE, seconds * 1000, None).unpack()

    def find(self, pid):
        root = "/org/a11y/atspi/accessible/root"
        for name, _ in self.ask("org.a11y.atspi.Registry", root, "org.a11y.atspi.Accessible", "GetChildren")[0]:
            owner = GLib.Variant("(s)", (name,))
            if self.ask("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetConnectionUnixProcessID", owner)[0] == pid:
                return name
        return None

    def run(self):
        try:
            while True:
                begun = time.monotonic()
                self.ask(self.name, "/org/a11y/atspi/accessible/root", "org.a11y.atspi.Accessible", "GetRole")
                self.slowest = max(self.slowest, time.monotonic() - begun)
                time.sleep(0.1)
        except GLib.Error as error:
            self.broken = error.message


class Scene:
    """The console with what stands around it."""

    def __init__(self, listener):
        self.listener, self.nasty, self.swept = listener, listener.nasty, 0
        self.desktop_log = PLACE + "/desktop.jsonl"
        self.desktop = subprocess.Popen(["/usr/bin/python3", __file__.rsplit("/", 1)[0] + "/desktop.py", self.desktop_log])
        wait("the names of the desktop", lambda: os.path.exists(self.desktop_log) and self.told("owned"))
        self.console = Console()
        self.pulse = Pulse(self.console.process.pid)

    def told(self, member):
        with open(self.desktop_log, encoding="utf-8") as file:
            return [each for each in map(json.loads, file.read().splitlines()) if member in each]

    def texts(self):
        """Every text that assistive technology is given, on the screen or not."""
        texts = []
        for node in self.console.walk():
            try:
                texts += [node.get_name() or "", node.get_description() or ""]
                if node.get_role() in (Atspi.Role.TEXT, Atspi.Role.ENTRY) and node.get_character_count():
                    texts.append(node.get_text(0, -1))
            except GLib.Error:
                continue
        return [each for each in texts if each]

    def sweep(self, where):
        """The texts of the screen, joined; fails on any that holds what cannot be seen."""
        texts = self.texts()
        for each in texts:
            if hidden_in(each):
                self.console.picture("failed")
                raise Failure(f"{where}: {hidden_in(each)} stand raw in {each[:200]!r}")
            if re.search("could not be verified|Ledger entry [0-9]|ledger does not", each):
                raise Failure(f"{where}: {each}")
        self.swept += len(texts)
        return "\n".join(texts)

    def wants(self, where, *expected):
        """Until all of the expected texts are shown."""
        missing = list(expected)

        def there():
            text = self.sweep(where).replace("\n", "")  # a long line goes on in the next row
            missing[:] = [each for each in missing if each not in text]
            return not missing

        try:
            wait(f"{where} shows what was sent", there, 20)
        except Failure:
            self.console.picture("failed")
            near = [each for each in self.texts() if each[:12] in missing[0] or missing[0][:12] in each]
            raise Failure(f"{where} does not show {missing[0][:300]!r}, but {near[:8]}") from None
        check(True, f"{where}: shown as visible escapes, nothing hidden raw in any accessible text")

    def open_hold(self, pattern):
        """Goes down the inbox by keyboard until the review shows the hold."""
        console = self.console
        console.see("^(critical|high|elevated|low), .*" + pattern, 60)
        console.key("Escape")
        for _ in range(20):
            console.key("j")
            try:
                return console.see("^" + pattern, 3)
            except Failure:
                continue
        raise Failure(f"the review never showed {pattern!r}")

    def tab(self, name):
        """Chosen as assistive technology does; it may stand below the part of the page that is in sight."""
        self.console.press(wait(f"the tab {name}", lambda: self.console.find(f"^{name}(, not yet seen)?$", anywhere=True)))


def planted(listener):
    """The check can fail: a bare Text with the same string makes the listener count."""
    path = PLACE + "/tst_planted.qml"
    with open(path, "w", encoding="utf-8") as file:
        file.write(QML % json.dumps(listener.nasty("planted").replace("\x07", "")))
    runner = subprocess.Popen(["/usr/lib/qt6/bin/qmltestrunner", "-input", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait("the planted bare Text to connect", lambda: listener.asked, 30)
    runner.kill()
    runner.wait()
    check("GET /planted" in listener.asked[0], f"the listener catches a planted bare Text: {listener.asked[0]}")
    listener.asked.clear()


class Sent:
    """What is asked, field by field."""

    def __init__(self, ground, listener):
        nasty = listener.nasty
        self.table, self.child, self.column = (listener.identifier(each) for each in ("tb", "ch", "co"))
        self.quoted = ['"' + name.replace('"', '""') + '"' for name in (self.table, self.child, self.column)]
        table, child, column = self.quoted
        ground.query(f"CREATE TABLE {table} (id int PRIMARY KEY, {column} int); CREATE TABLE {child} (id int REFERENCES {table} ON DELETE CASCADE);"
                     f"INSERT INTO {table} VALUES (1, 7), (2, 8); INSERT INTO {child} VALUES (1), (2)")
        self.statements = f"DELETE FROM {table} WHERE {column}::text <> '{nasty('literal')}' -- {nasty('comment')}"
        self.claims = {each: nasty(each) for each in CLAIMS}
        self.origin = {each: nasty(each) for each in ORIGIN}
        self.argument = nasty("argument")  # which git does not know and says so
        # As root's gate runs commands as nobody, the way to their directory must be open.
        place = ground.values["REPOSITORY"]
        while place.startswith(HOME):
            os.chmod(place, 0o755)
            place = os.path.dirname(place)
        self.path = ground.values["FILES"] + "/" + nasty("path")
        os.makedirs(self.path + "/" + nasty("below"))
        for name in (b"new\nline", b"not utf-8 \xff\xc0", nasty("leaf").replace("/", "_").encode()):
            with open(self.path.encode() + b"/" + name, "wb") as file:
                file.write(b"x")


def clean_output(done, what, *expected, quiet=False):
    text = done.stdout + done.stderr
    if hidden_in(text):
        raise Failure(f"{what}: {hidden_in(text)} stand raw")
    for each in expected:
        if each not in text:
            raise Failure(f"{what} does not show {each[:300]!r}\n{text[:3000]}")
    if not quiet:
        check(True, f"{what}: shown as visible escapes, nothing hidden raw")


def evidence(scene, name, payload, requester):
    """All tabs of what is open."""
    scene.sweep(f"{name}: diff")
    scene.tab("Payload")
    scene.wants(f"{name}: payload, its beginning", *payload[:1])
    scene.console.tab_to("^Exact payload$")
    scene.console.key("End")
    scene.wants(f"{name}: payload, the request to its end", *payload[1:])
    for tab in ("Credential", "Policy"):
        scene.tab(tab)
        scene.sweep(f"{name}: {tab}")
    scene.tab("Requester")
    scene.wants(f"{name}: requester", *requester)


def sql_run(scene, session, sent):
    """Every text field of a request, with names that really exist; denied."""
    hold = session.request(session.document(action={"statements": sent.statements}, claims=sent.claims, origin=sent.origin))
    waiting = subprocess.Popen([BIN + "/hold", "wait", *AGENT, hold], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
    session.wait_for(hold, ["pending"])
    sentence = f"Delete 2 rows from {shown(sent.quoted[0])} in bookings-prod"
    scene.open_hold(re.escape("Delete 2 rows from "))
    scene.wants("inbox and review", sentence, f"The request claims {shown(sent.claims['environment'])}.", shown(sent.quoted[1]), shown(sent.column),
                "from " + shown(sent.origin["host"]), "in " + shown(sent.origin["repository"]), "at " + shown(sent.origin["commit"][:30]))
    fields = {**sent.claims, **sent.origin}
    evidence(scene, "SQL", [shown(sent.statements)] + [in_json(each) for each in fields.values()],
             [shown(fields[each]) for each in ("intent", "environment", "ticket", "agent", "cwd", "on_behalf_of")])
    clean_output(hold_show(hold), "hold show", *[in_json(each) for each in [sent.statements, *fields.values()]])
    deny(scene.console)
    scene.console.see("^To deny: ", 20)
    scene.sweep("the passphrase's sheet")
    scene.console.type(PASSPHRASE)
    scene.console.key("Return")
    out, err = waiting.communicate(timeout=60)
    clean_output(subprocess.CompletedProcess([], waiting.returncode, out, err), "hold wait", "denied")


def hold_show(hold_id):
    return hold("show", *AGENT, hold_id)


def files_run(scene, session, sent):
    """Paths that exist; withdrawn with a reason."""
    hold = session.request(session.document(kind="filesystem", target="practice-files", action={"delete": [sent.path], "recursive": True}, claims=sent.claims))
    session.wait_for(hold, ["pending"])
    scene.open_hold("Deletes? 3 files")
    evidence(scene, "files", [shown(sent.path.replace("//", "/"))], [shown(sent.claims["intent"])])
    clean_output(hold_show(hold), "hold show of paths", in_json(sent.path))
    session.command("withdraw", hold=hold, reason=scene.nasty("reason"))


def command_run(scene, session, sent):
    """Arguments, and what the program prints; approved."""
    hold = session.request(session.document(kind="command", target="practice-commands", claims={"intent": scene.nasty("intent")},
                                            action={"argv": ["git", sent.argument], "cwd": ""}))
    waiting = subprocess.Popen([BIN + "/hold", "wait", *AGENT, hold], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
    session.wait_for(hold, ["pending"])
    scene.open_hold("Runs? git")
    evidence(scene, "command", [shown(sent.argument)], [shown(scene.nasty("intent"))])
    scene.tab("Diff")
    read_everything(scene.console)
    target = re.match("Type (.*) to approve", scene.console.see("^Type .* to approve").get_name()).group(1)
    approve(scene.console, target)
    out, err = waiting.communicate(timeout=60)
    clean_output(subprocess.CompletedProcess([], waiting.returncode, out, err), "hold wait, with what the program printed", shown(scene.nasty("argument")))
    scene.console.key("Escape", "ctrl+2")
    scene.console.press(scene.console.see("^Show output$"))
    scene.wants("running, with what the program printed", shown(scene.nasty("argument")))
    scene.console.key("ctrl+1")


def blob_run(scene, session):
    """Statements that are too long for the request and come as a blob are shown as well, to their end."""
    statements = f"DELETE FROM bookings WHERE id = 91 -- {scene.nasty('begin')}{'W' * 9 * LONG}{scene.nasty('end')}"
    hold = session.request(session.document(action={"statements": session.blob(statements.encode(), scene.nasty("media"))}))
    session.wait_for(hold, ["pending"])
    scene.open_hold("Delete 1 row from bookings")
    scene.tab("Payload")
    scene.wants("a blob of 900 kB in one line, its beginning", shown(statements[:200]))
    scene.console.tab_to("^Exact payload$")
    scene.console.key("End")
    scene.wants("a blob of 900 kB in one line, its end", shown(scene.nasty("end"))[-60:], in_json(scene.nasty("media")))
    session.command("withdraw", hold=hold, reason="seen")


def long_lines(scene, session):
    """A line of 100 kB in every text, two to a request."""
    def line(tag):
        return scene.nasty(tag) + "W" * LONG + scene.nasty(tag)

    holds, fields = [], [("claims", each) for each in CLAIMS] + [("origin", each) for each in ORIGIN]
    for at in range(0, len(fields), 2):
        document = session.document(action={"statements": f"DELETE FROM bookings WHERE id = {at + 1}"})
        for member, name in fields[at : at + 2]:
            document[member][name] = line(name)
        holds.append(session.request(document))
    comment = f"DELETE FROM bookings WHERE id = 90 -- {line('comment')}"
    for kind, action in (("sql", {"statements": comment}), ("command", {"argv": ["git", "log", line("argv")], "cwd": ""}),
                         ("command", {"argv": ["git", "log"], "cwd": "/" + line("cwd")}), ("filesystem", {"delete": ["/" + line("delete")], "recursive": True})):
        holds.append(session.request(session.document(kind=kind, target=TARGETS[kind], action=action)))
    pending = [each for each in holds if session.wait_for(each, ["pending", "refused"])["state"] == "pending"]
    scene.console.key("Escape")
    for _ in pending:
        scene.console.key("j")
        scene.tab("Payload")
        scene.sweep("a hold with a line of 100 kB")
    check(scene.pulse.broken is None and scene.pulse.slowest < 5,
          f"{len(holds)} requests with lines of 100 kB, {len(pending)} of them held and opened; the console's slowest answer so far took {scene.pulse.slowest:.2f} s")
    tray(scene)
    for each in holds:
        clean_output(hold_show(each), "hold show of 100 kB", "W" * LONG, quiet=True)
    for each in pending:
        session.command("withdraw", hold=each, reason=line("reason"))
    check(True, "hold show prints each whole; withdrawn with a reason of 100 kB")


def history(scene, sent):
    """The search finds them by their own words; their timelines tell every reason."""
    console = scene.console
    console.key("Escape", "ctrl+3")
    for query, row, words in (("tb<img", "Delete 2 rows from ", [shown(sent.claims["intent"])]), ("argument<img", "Runs? git", [shown(scene.nasty("intent"))]),
                              ("state:withdrawn", "(Delete|Remove)", [shown(scene.nasty("reason"))])):
        console.tab_to("^Search the history$")
        console.key("ctrl+a")
        console.type(query)
        line = console.see(row, 20)
        scene.sweep("history")
        console.press(line)
        scene.wants(f"history: timeline of {query}", *words)
        console.key("Escape")
    console.key("ctrl+1")


def desktop(scene):
    """What left for the desktop: our own words, whatever was asked."""
    notices = scene.told("summary")
    check(len(notices) > 0, f"{len(notices)} notifications were sent")
    for notice in notices:
        words = notice["summary"] + notice["body"] + " ".join(notice["actions"])
        check_quietly(notice["types"].get("urgency") == "y", f"urgency is of type {notice['types'].get('urgency')}")
        check_quietly(not re.search(r"[<>&;]|img|⟨|http|practice|bookings|staging", words) and not hidden_in(words), f"a notification says {words!r}")
        check_quietly(re.fullmatch(r"A (low|elevated|high|critical) hold waits at \S+|More holds wait at \S+", notice["summary"]), notice["summary"])
        check_quietly(re.fullmatch(r"(Decide before \d\d:\d\d\.)?", notice["body"]), notice["body"])
        check_quietly(set(notice["actions"][::2]) == {"default", "review"}, f"its actions are {notice['actions']}")
    check(True, "each names gate, tier, number and deadline only, its urgency is a byte, and nothing in it approves")


def tray(scene):
    """Icon and menu, while many wait."""
    items = [each for each in scene.told("call") if each["call"] == "RegisterStatusNotifierItem"]
    check(len(items) == 1, "the tray icon was registered")
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)

    def ask(path, interface, method, parameters):
        return bus.call_sync(items[0]["arguments"][0], path, interface, method, parameters, None, Gio.DBusCallFlags.NONE, 5000, None).unpack()

    properties = ask("/StatusNotifierItem", "org.freedesktop.DBus.Properties", "GetAll", GLib.Variant("(s)", ("org.kde.StatusNotifierItem",)))[0]
    layout = ask(properties["Menu"], "com.canonical.dbusmenu", "GetLayout", GLib.Variant("(iias)", (0, -1, [])))
    words = json.dumps([properties.get("ToolTip"), properties.get("Title"), layout], ensure_ascii=False)
    check("waiting" in words and not re.search("<|img|⟨|http", words) and not hidden_in(words), "the tray's menu and tip hold none of the requester's text")


def check_quietly(condition, what):
    if not condition:
        raise Failure(what)


def logs(scene):
    for path in (STATE + "console.log", STATE + "gate.log", PLACE + "/console.err"):
        with open(path, "rb") as file:
            text = file.read().decode("utf-8", "surrogateescape")
        if hidden_in(text, "\n"):
            raise Failure(f"{path}: {hidden_in(text, chr(10))} stand raw")
        check_quietly("<img" not in text, f"{path} holds the requester's text")
    check(True, "console.log, gate.log and standard error hold no raw control, bidi or zero-width character")


def main():
    listener = Listener()
    planted(listener)
    scene = Scene(listener)
    try:
        enrol(scene.console)
        ground = Ground()
        session = Session(agent().key, {"name": listener.nasty("client"), "version": listener.nasty("version")})
        refusals = Refusals(session)
        refusals.not_text()
        refusals.not_documents()
        refusals.elsewhere(listener.nasty)
        sent = Sent(ground, listener)
        sql_run(scene, session, sent)
        files_run(scene, session, sent)
        command_run(scene, session, sent)
        blob_run(scene, session)
        long_lines(scene, session)
        history(scene, sent)
        desktop(scene)
        logs(scene)
        ledger_holds()
        check(scene.console.process.poll() is None, f"the console lives; {scene.swept} accessible texts were read")
        check(not listener.asked, f"no connection was opened: {listener.asked}")
    except Failure as failure:
        scene.console.picture("failed")
        print(f"FAIL  {failure}", file=sys.stderr)
        return 1
    finally:
        scene.console.close()
        scene.desktop.terminate()
    print("foreign text: all steps passed")
    return 0


sys.exit(main())
