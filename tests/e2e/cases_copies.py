# SPDX-License-Identifier: Apache-2.0
"""A case from the field: the newest backup exists, is of tonight, and is empty. What counts is what can be read."""
import datetime
import os
import subprocess

from driver import PLACE
from gateworld import Cluster, World, ending, shared_case, text_of

BOOKS = """
CREATE TABLE author (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE book (id int PRIMARY KEY, author int NOT NULL REFERENCES author, pages int NOT NULL);
INSERT INTO author SELECT i, 'author ' || i FROM generate_series(1, 30) i;
INSERT INTO book SELECT i, 1 + i % 30, 100 + i FROM generate_series(1, 240) i;
"""
TODAY = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)


def nights_ago(count):
    return TODAY - datetime.timedelta(days=count)


def instant(time):
    return time.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def own_copies(cluster, directory):
    """A good dump from before the last 90 books; then two that are empty, one that was cut off, and tonight's, which is empty as well."""
    os.makedirs(directory)
    good = directory + "/books-good.dump"
    subprocess.run(["pg_dump", "-Fc", "-f", good, cluster.connection("library")], check=True, timeout=60)
    cluster.sql("library", "INSERT INTO book SELECT i, 1 + i % 30, 100 + i FROM generate_series(241, 330) i")
    with open(good, "rb") as file:
        begun = file.read(600)
    for name, content, age in (("books-good", None, 27), ("books-b", b"", 25), ("books-c", b"", 24), ("books-d", begun, 7), ("books-e", b"", 0)):
        if content is not None:
            with open(f"{directory}/{name}.dump", "wb") as file:
                file.write(content)
        os.utime(f"{directory}/{name}.dump", (nights_ago(age).timestamp(), nights_ago(age).timestamp()))


def newest_is_empty(expect, world, target, statement, rows, good, newest, copied, bad):
    """06: the good copy is named with its age, and every newer one with what is wrong with it."""
    shown = world.measured("sql", "--target", target, "--intent", "the tables are no longer needed", statement)
    told, recovery = shown.value("backup.not-restorable") or "", shown.hold["recovery"]
    expect.that(shown.number("destroyed.rows") == rows and shown.number("destroyed.objects") == 2, f"2 tables with {rows} rows go", shown)
    expect.that(shown.value("backup.newest") == newest and f"/{good}:" in shown.fact("backup.newest")["how"], f"{good} is the newest that can be restored", shown)
    expect.that(copied in shown.fact("backup.newest")["how"], f"what it covers is told: {copied}", shown)
    for name, why in bad.items():
        expect.that(name in told and why in told.split(name)[1].split(";")[0], f"{name} is named: {why}", shown)
    expect.that(shown.fact("backup.not-restorable").get("number") == len(bad) and shown.fact("backup.not-restorable")["severity"] == "danger", "these are all, and a danger", shown)
    expect.that(recovery["verdict"] in ("partly", "none") and recovery.get("newest_copy") == newest, "it comes back partly, as of then", shown)
    expect.that(shown.value("backup.same-fate") == "yes" and recovery["dies_with_target"], "the copies lie on the server's own device: same fate", shown)
    expect.that(shown.hold["tier"] == "critical", "critical", shown)


def main():
    cluster, shared = Cluster(), shared_case("06")
    own, handed = PLACE + "/own-copies", PLACE + "/copies"
    with ending("the newest backup is empty", cluster.remove) as expect:
        cluster.make("library", BOOKS)
        own_copies(cluster, own)
        backups = {"domain": "other-disk", "path": own}
        targets = cluster.target("library", backups=[backups]) + cluster.target("library", name="library-newest", backups=[{**backups, "newest": f"file:{own}/books-e.dump"}])
        if shared:
            cluster.make("case06", text_of(shared, "schema.sql"))
            subprocess.run(["sh", shared + "/setup.sh", cluster.connection("case06", "postgres"), handed], check=True, timeout=60)
            targets += cluster.target("case06", backups=[{"domain": "other-disk", "path": handed}])
        world = World(targets)
        bad = {"books-e.dump": "it is empty", "books-d.dump": "end of file", "books-c.dump": "it is empty", "books-b.dump": "it is empty"}
        for target in ("library", "library-newest"):
            newest_is_empty(expect, world, target, "DROP TABLE book, author", 360, "books-good.dump", instant(nights_ago(27)), "240 rows of public.book", bad)
        if shared:
            empty = {f"nightly-2026-11-{day}.dump": "it is empty" for day in ("07", "08", "09", "10", "27")}
            newest_is_empty(expect, world, "case06", text_of(shared, "statement.sql"), 557, "nightly-2026-11-06.dump", handed_time("2026-11-06 02:00"), "311 rows of public.ledger_account",
                            {**empty, "nightly-2026-11-26.dump": "end of file"})
        world.stop()


def handed_time(text):
    """As `touch -d` takes it."""
    return instant(datetime.datetime.fromisoformat(text).astimezone())


main()
