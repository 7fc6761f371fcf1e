# SPDX-License-Identifier: Apache-2.0
"""A case from the field: hundreds of additions and updates in one request, and a few deletions among them. What is destroyed stands first."""
import json

from gateworld import Cluster, World, ending, shared_case, text_of

CATALOGUE = """
CREATE TABLE song (code text PRIMARY KEY, cents int NOT NULL, title text NOT NULL);
CREATE TABLE royalty (id int PRIMARY KEY, song text NOT NULL REFERENCES song ON DELETE CASCADE, payee text NOT NULL);
CREATE INDEX ON royalty (song);
CREATE TABLE draft (code text PRIMARY KEY, title text NOT NULL);
INSERT INTO song SELECT 's' || lpad(i::text, 4, '0'), 90 + i, 'song ' || i FROM generate_series(1, 700) i;
INSERT INTO royalty SELECT i, 's0' || (611 + i % 4), 'payee ' || i FROM generate_series(1, 280) i;
INSERT INTO draft SELECT 'd' || lpad(i::text, 4, '0'), 'draft ' || i FROM generate_series(1, 150) i;
"""
SPRING = """-- spring prices
INSERT INTO song SELECT 'd' || lpad(i::text, 4, '0'), 95, 'draft ' || i FROM generate_series(1, 150) i;
UPDATE song SET cents = cents + 5 WHERE code LIKE 's%';
DELETE FROM song WHERE code BETWEEN 's0611' AND 's0614';
UPDATE song SET title = title || ' (new)' WHERE code LIKE 'd%';
"""


def destroyed_first(expect, world, cluster, database, statement, table, cascaded, deleted, by_cascade, added, updated, broken):
    """20: the deletions are counted, come first in everything that is shown, and happen with all the rest or not at all."""
    shown = world.measured("sql", "--target", database, "--intent", "yearly price round", statement)
    total = deleted + by_cascade
    expect.that(shown.number("destroyed.rows") == total and shown.number("cascade.rows") == by_cascade, f"{total} rows are destroyed, {by_cascade} of them by cascade", shown)
    changed = shown.fact("changed.rows")
    expect.that(changed.get("least", changed.get("number", -1)) <= added + updated <= changed.get("most", changed.get("number", -1)), "what is changed and added is counted, if only within bounds", shown)
    expect.that(shown.hold["operation"] == "database.delete" and shown.hold["summary"]["text"].startswith(f"Delete {deleted} rows from {table} ({by_cascade} more by cascade)"),
                "the sentence says first what is destroyed", shown)
    effects = [(each["name"], each["effect"], each.get("count")) for each in shown.hold["dependents"]]
    expect.that(effects[:2] == [(table, "deleted", deleted), (cascaded, "cascade", by_cascade)] and "deleted" not in [each[1] for each in effects[2:]], "so does the tree of what depends on it", shown)
    samples = [(each["title"], json.loads(world.blob(each["blob"])[32:])) for each in shown.hold["diffs"] if each["format"] == "rows"]
    expect.that(samples and samples[0][0] == f"rows of {table} that go" and len(samples[0][1]["rows"]) == deleted and all(each["after"] is None for each in samples[0][1]["rows"]),
                "and so do the rows: all that are deleted are in the first sample", shown)
    expect.that("whole" not in shown.hold and not shown.hold["uninspectable"] and shown.hold["tier"] == "critical", "nothing is cut, nothing was left unread; critical", shown)
    # All statements or none: with a last one that the server refuses.
    before = cluster.counts(database, table, cascaded)
    told = world.performed(world.measured("sql", "--target", database, statement + broken))
    expect.that(told.code == 7 and cluster.counts(database, table, cascaded) == before, "a further statement fails: none of them happened", told.words)
    told = world.performed(shown)
    expect.that(told.code == 0 and told.effect("destroyed.rows").get("number") == total and told.effect("changed.rows").get("number") == added + updated, "performed: the same numbers", told.result)
    after = cluster.counts(database, table, cascaded)
    expect.that(before[cascaded] - after[cascaded] == by_cascade and after[table] - before[table] == added - deleted, "the tables agree")


def main():
    cluster, shared = Cluster(), shared_case("20")
    with ending("deletions behind the fold", cluster.remove) as expect:
        cluster.make("songs", CATALOGUE)
        if shared:
            cluster.make("case20", text_of(shared, "schema.sql"))
        world = World(cluster.target("songs") + (cluster.target("case20") if shared else ""))
        destroyed_first(expect, world, cluster, "songs", SPRING, "song", "royalty", 4, 280, 150, 850, "INSERT INTO royalty VALUES (9001, 'no-such-song', 'nobody');")
        if shared:
            destroyed_first(expect, world, cluster, "case20", text_of(shared, "statement.sql"), "article", "licence", 5, 640, 200, 1100, "INSERT INTO licence VALUES ('k', 'no-such-article', 'nobody');")
        world.stop()


main()
