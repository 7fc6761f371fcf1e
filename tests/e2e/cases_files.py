# SPDX-License-Identifier: Apache-2.0
"""Cases from the field whose target is a file tree: one directory with two names, and one small file that is not like another."""
import glob
import json
import os
import subprocess

from driver import PLACE, Failure
from gateworld import SHARED, World, block, ending, shared_case, text_of

GROUND = PLACE + "/ground"


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def hand_over():
    """As root the gate runs commands as the owner of the target's directory: one who may remove what is in it."""
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "nobody", GROUND], check=True)


def run(target, *argv):
    return ["run", "--target", target, "--", *argv]


def album(place):
    """Photos/Album, which photos/Album leads to as well."""
    for i in range(45):
        write(f"{place}/Photos/Album/raw/p{i}.jpg", b"picture %d" % i)
    os.symlink("Photos", place + "/photos")
    write(place + "/Other/Album/kept.txt", b"somebody else's")


def two_names(expect, world, place, parts, entries, other):
    """09: what is shown, and what must be typed, is the directory that dies."""
    upper, lower, name = parts
    real, asked = f"{place}/{upper}/{name}", f"{place}/{lower}/{name}"
    shown = world.measured(*run("shell", "rm", "-rf", asked))
    expect.that(shown.hold["resources"] == [real] and shown.number("destroyed.objects") == entries, f"the resource is {upper}/{name}, {entries} entries", shown)
    expect.that(shown.value("path.asked-as") == f"{asked} for {real}", f"asked as {lower}/{name} stands beside it", shown)
    expect.that(shown.hold["confirm_text"] == real, "the real path is what must be typed", shown)
    expect.that(shown.dependent(real).get("count") == entries and shown.hold["summary"]["text"].endswith(real), "tree and sentence name it, too", shown)
    expect.that(shown.hold["tier"] == "critical" and not shown.hold["uninspectable"], "critical; all of it was read", shown)
    compound = world.measured(*run("shell", "sh", "-c", f"mkdir -p {real} && cp -r /somewhere/. {real} && rm -rf {asked}"))
    expect.that(compound.hold["operation"] == "command.opaque" and compound.hold["uninspectable"] and compound.hold["tier"] == "critical", "the compound is opaque, not the mildest reading of it", compound)
    expect.that(compound.value("destroyed.files") == "unknown" and compound.value("destroyed.rows") == "unknown", "what it destroys is unknown", compound)
    # The link leads elsewhere by the time of the approval.
    swap(f"{place}/{lower}", other)
    world.decide_on(shown)
    again = world.settled(shown.id)
    expect.that(again.hold["revision"] == 2 and again.hold["resources"] == [f"{place}/{other}/{name}"], "a link that was swapped meanwhile: nothing is done, and the next revision says where it leads", again)
    expect.that(os.path.exists(real) and os.path.exists(f"{place}/{other}/{name}/kept.txt"), "both directories are there")
    swap(f"{place}/{lower}", upper)
    world.decide_on(again)
    third = world.settled(shown.id)
    told = world.performed(third)
    expect.that(told.code == 0 and not os.path.exists(real) and os.path.exists(f"{place}/{other}/{name}/kept.txt"), "led back and signed again: that one is gone, and nothing else", told.words)


def swap(link, to):
    os.unlink(link)
    os.symlink(to, link)


def bind_mount(expect, world, place):
    """The same through a mount that shows the directory a second time."""
    os.makedirs(place + "/Pictures/Trip")
    write(place + "/Pictures/Trip/one.jpg", b"one")
    os.makedirs(place + "/pictures")
    if subprocess.run(["mount", "--bind", place + "/Pictures", place + "/pictures"], capture_output=True, check=False).returncode != 0:
        print("SKIP  no right to make a bind mount", flush=True)
        return
    try:
        shown = world.measured(*run("shell", "rm", "-rf", place + "/pictures/Trip"))
        expect.that(shown.value("path.mounted") == f"{place}/pictures/Trip is {place}/Pictures/Trip" and shown.fact("path.mounted")["severity"] == "danger", "a bind mount is seen as one", shown)
        expect.that(set(shown.hold["resources"]) == {place + "/Pictures/Trip", place + "/pictures/Trip"}, "both names are resources", shown)
        expect.that(shown.hold["confirm_text"] == place + "/Pictures/Trip", "and the tree outside is what must be typed", shown)
    finally:
        subprocess.run(["umount", place + "/pictures"], check=True)


def small_files(place):
    keys = b"".join(b"ssh-ed25519 AAAA%d crew%d@example.test\n" % (i, i) for i in range(4))
    write(place + "/home/crew/.ssh/authorized_keys", b"# the night shift\n" + keys)
    os.chmod(place + "/home/crew/.ssh/authorized_keys", 0o600)
    for name in ("tmp/thumbs.bin", ".aws/credentials", "tls/server.key", ".pgpass"):
        write(f"{place}/home/crew/{name}", bytes(len(keys)))


def one_small_file(expect, world, login, keys, plain):
    """11: who may log in is not told by files and bytes."""
    for words in (run("shell", "rm", login), ["rm", "--target", "files", login]):
        shown, cache = world.measured(*words), world.measured(*words[:-1], plain)
        fact = shown.fact("path.login")
        expect.that(fact.get("label") == "who may log in" and fact["severity"] == "danger" and f"({keys} keys, mode 0600)" in fact["how"], f"{words[0]}: who may log in, {keys} keys, mode 0600", shown)
        expect.that(f"(who may log in: {keys} keys, mode 0600; " in shown.hold["summary"]["text"], f"{words[0]}: the sentence says so", shown)
        expect.that(shown.hold["tier"] in ("elevated", "high", "critical") and shown.hold["recovery"]["verdict"] in ("none", "unknown"), f"{words[0]}: {shown.hold['tier']}, and it does not come back", shown)
        expect.that(cache.hold["tier"] == "low" and not any(each["severity"] == "danger" or each["id"].startswith("path.") for each in cache.hold["facts"]), f"{words[0]}: the cache file is low, without any danger", cache)
        expect.that(shown.number("destroyed.files") == cache.number("destroyed.files") == 1, f"{words[0]}: by counts they are alike", shown)
    told = world.performed(cache)
    expect.that(told.code == 0 and not os.path.exists(plain) and os.path.exists(login), "the cache file goes, and nothing else", told.words)


def others_of_its_kind(expect, world, home):
    system = [each for each in ["/etc/fstab", "/etc/crontab", *sorted(glob.glob("/etc/cron.*/*")), *sorted(glob.glob("/etc/systemd/system/*"))] if os.path.isfile(each)]
    classes = {home + "/.aws/credentials": "path.credentials", home + "/.pgpass": "path.credentials", home + "/tls/server.key": "path.keys",
               **{each: "path.boot" if each == "/etc/fstab" else "path.schedule" for each in system[:2]}}
    for path, known in classes.items():
        shown = world.measured(*run("shell", "rm", path))
        expect.that(shown.fact(known).get("severity") == "danger" and shown.hold["tier"] == "critical", f"{path}: {known}, critical", shown)


def main():
    shared, login = shared_case("09"), shared_case("11")
    trees = [GROUND + "/own"] + ([GROUND + "/handed-out"] if shared and login else [])
    with ending("cases of file trees") as expect:
        for tree in trees:
            os.makedirs(tree)
        album(trees[0])
        small_files(trees[0])
        if len(trees) > 1:
            for case in (shared, login):
                subprocess.run(["sh", case + "/tree.sh", trees[1]], check=True)
            write(trees[1] + "/Other/Vault/kept.txt", b"somebody else's")
        hand_over()
        world = World(block("target", name="shell", kind="command", environment="production", programs=["/usr/bin/rm", "/usr/bin/sh"], cwd=GROUND, reveal=True)
                      + block("target", name="files", kind="filesystem", environment="production", roots=trees, reveal=True))
        bind_mount(expect, world, trees[0])
        two_names(expect, world, trees[0], ("Photos", "photos", "Album"), 47, "Other")
        one_small_file(expect, world, trees[0] + "/home/crew/.ssh/authorized_keys", 4, trees[0] + "/home/crew/tmp/thumbs.bin")
        others_of_its_kind(expect, world, trees[0] + "/home/crew")
        if len(trees) > 1:
            argv = json.loads(text_of(shared, "argv.txt").splitlines()[0])
            if argv != ["rm", "-rf", "DIR/notes/Vault"]:
                raise Failure(f"{SHARED}: the case asks for something else by now: {argv}")
            two_names(expect, world, trees[1], ("Notes", "notes", "Vault"), 122, "Other")
            one_small_file(expect, world, trees[1] + "/home/op/.ssh/authorized_keys", 3, trees[1] + "/home/op/tmp/cache.bin")
        world.stop()


main()
