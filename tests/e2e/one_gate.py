# SPDX-License-Identifier: Apache-2.0
"""One gate, however it is started and by whoever it is looked for: without a display first, then the console, and the other way round;
in sessions that share nothing but the user's data directory."""
import json
import os
import signal
import subprocess
import sys

from driver import BIN, DATA, HOME, PLACE, Console, Failure, check, hold, wait
from gates import GATE_FILE, gate_file, gates, is_the_only_gate
from steps import NAME, ask, enrol, enrol_with

SESSIONS = 0


def another_session():
    """A login has a runtime directory of its own, a service or a cron job has none."""
    global SESSIONS
    SESSIONS += 1
    if SESSIONS % 3 == 0:
        os.environ.pop("XDG_RUNTIME_DIR", None)
        return
    os.environ["XDG_RUNTIME_DIR"] = f"{PLACE}/runtime-{SESSIONS}"
    os.makedirs(os.environ["XDG_RUNTIME_DIR"], mode=0o700)


def serve(*arguments):
    """What installer/run does where there is no display."""
    another_session()
    done = hold("admin", "practice", "serve", *arguments)
    if done.returncode != 0:
        raise Failure("hold admin practice serve: " + done.stderr)
    return done


def second_gate(pid):
    done = subprocess.run([BIN + "/holdfastd", "--config", DATA + "/gate/gate.toml"], capture_output=True, text=True, timeout=60)
    check(done.returncode == 69 and f"process {pid}" in done.stderr and gate_file()["url"] in done.stderr, "a second gate says who has the store, and ends with 69")


def start_console():
    another_session()
    return Console()


def headless_first():
    """The newcomer's path; the invite is used, and the gate goes on where it is."""
    invite = serve().stdout.strip()
    pid = is_the_only_gate("without a display")
    check("#" in invite and gate_file()["awaits_owner"], "an invite is printed for its first owner")
    second_gate(pid)
    console = start_console()
    try:
        enrol_with(console, invite)
        check(is_the_only_gate("then the console", pid) == pid and not gate_file()["awaits_owner"], "its owner enrolled at the gate that ran")
        console.see("^Replay nine seconds$")
        asked(console)
        second_gate(pid)
    finally:
        console.close()
    is_the_only_gate("the console is gone", pid)
    check("runs already" in serve().stderr, "it is found again without a display")
    is_the_only_gate("found again", pid)
    return pid


def asked(console):
    """A request of another session comes to the console, and leaves it."""
    another_session()
    process = ask(f"DELETE FROM late_fees WHERE id = {SESSIONS}")
    console.see("late_fees", 60)
    held = wait("the request", lambda: gate_hold(process), 60)
    check(hold("withdraw", held, "--key", HOME + "/.config/holdfast/practice-agent.key").returncode == 0, "withdrawn from another session")
    process.communicate(timeout=60)
    check(process.returncode == 4, "and whoever waited was told")


def gate_hold(process):
    line = process.stderr.readline()
    return line.split(":")[0] if line.startswith("h") else None


def gate_dies(pid):
    """The gate that no console started is killed: the console that sits at it starts its own, and goes on."""
    console = start_console()
    try:
        console.see("entries proven", 60)
        is_the_only_gate("before it dies", pid)
        os.kill(pid, signal.SIGKILL)
        wait("another gate", lambda: [each for each in gates() if each != pid], 60)
        console.see(r"/gate, live\b", 60)
        new = is_the_only_gate("after it died")
        asked(console)
        os.kill(new, signal.SIGKILL)  # now it is the console's own
        wait("the console's gate again", lambda: [each for each in gates() if each != new], 60)
        console.see(r"/gate, live\b", 60)
        is_the_only_gate("after the console's own died")
        check("runs already" in serve().stderr, "the console's gate is found without a display")
        asked(console)
    finally:
        console.close()
    wait("the console's gate to end with it", lambda: not gates(), 30)
    check(not os.path.exists(GATE_FILE), "a gate that ended leaves no word of itself")


def stale_word():
    """A crash, or a restored home, left a gate.json of nobody behind."""
    with open(GATE_FILE, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        gone = subprocess.Popen(["true"])
        gone.wait()
        json.dump({**LAST, "pid": gone.pid}, file)
    another_session()
    done = hold("targets", "--key", HOME + "/.config/holdfast/practice-agent.key")
    check(done.returncode == 5 and "has ended" in done.stderr, "`hold` says that the gate has ended")
    console = start_console()
    try:
        console.see("entries proven", 60)
        is_the_only_gate("word of a gate that is gone is ignored")
    finally:
        console.close()
    wait("the gate to end", lambda: not gates(), 30)


def both_at_once():
    """Two programs start at the same moment, where nothing runs."""
    for _ in range(3):
        another_session()
        starting = [subprocess.Popen([BIN + "/hold", "admin", "practice", "serve"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
                    for _ in range(2)]
        ends = [(each.communicate(timeout=120), each.returncode) for each in starting]
        check([code for _, code in ends] == [0, 0], "two starts at the same moment: both find a gate")
        pid = is_the_only_gate("two starts")
        os.kill(pid, signal.SIGTERM)
        wait("it to end", lambda: not gates(), 30)


    for _ in range(2):
        another_session()
        serving = subprocess.Popen([BIN + "/hold", "admin", "practice", "serve"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
        console = start_console()
        try:
            serving.communicate(timeout=120)
            check(serving.returncode == 0, "the console and a start without a display at the same moment: both find a gate")
            console.see(r"/gate, live\b", 60)
            is_the_only_gate("the console and another start")
            asked(console)
        finally:
            console.close()
        for left in gates():  # the console's own ended with it
            os.kill(left, signal.SIGTERM)
        wait("it to end", lambda: not gates(), 30)


def anew():
    """The same user again, with nothing: the console comes first, or takes over a gate that waits for its owner."""
    subprocess.run([BIN + "/hold", "admin", "practice", "remove"], check=True, capture_output=True, timeout=120)
    for name in ("/.local/share/holdfast", "/.config/holdfast", "/.local/state/holdfast"):
        subprocess.run(["rm", "-rf", HOME + name], check=True)


def taken_over():
    serve()
    pid = is_the_only_gate("waits for its owner")
    console = start_console()
    try:
        console.see("I have the invite that was printed", 60)
        enrol(console)  # without the invite
        new = is_the_only_gate("begun anew as the console's own")
        check(new != pid and not gate_file()["awaits_owner"], "its first owner needed no invite")
        asked(console)
    finally:
        console.close()
    wait("the console's gate to end with it", lambda: not gates(), 30)


def main():
    global LAST
    try:
        pid = headless_first()
        LAST = gate_file()
        gate_dies(pid)
        stale_word()
        both_at_once()
        anew()
        taken_over()
    except Failure as failure:
        subprocess.run(["import", "-window", "root", f"{os.environ.get('HOLDFAST_E2E_PICTURES', PLACE)}/failed.png"], check=False)
        print(f"FAIL  {failure}", file=sys.stderr)
        sys.exit(1)
    finally:
        for pid in gates():
            os.kill(pid, signal.SIGTERM)
    print(f"one gate: all steps passed ({NAME})")


LAST = {}
if __name__ == "__main__":
    main()
