# SPDX-License-Identifier: Apache-2.0
"""Cases from the field whose target is a database, from `hold sql` to the receipt: what the hold says, and that just this happens.
Each runs on an input of its own, and on the one that is handed out beside the project, where it is."""
import re

from gateworld import Cluster, World, ending, shared_case, text_of

TRUNCATE = """
CREATE TABLE fair (id int PRIMARY KEY, town text);
CREATE TABLE stall (id int PRIMARY KEY, fair int NOT NULL REFERENCES fair ON DELETE CASCADE);
CREATE TABLE trader (id int PRIMARY KEY, phone text NOT NULL UNIQUE, stands_at int CONSTRAINT trader_stall REFERENCES stall ON DELETE SET NULL);
CREATE TABLE permit (id int PRIMARY KEY, trader int NOT NULL CONSTRAINT permit_of REFERENCES trader ON DELETE RESTRICT);
CREATE TABLE payment (id int PRIMARY KEY, trader int CONSTRAINT payment_by REFERENCES trader ON DELETE SET NULL);
CREATE TABLE weather (day date PRIMARY KEY);
INSERT INTO fair SELECT i, 'town ' || i FROM generate_series(1, 6) i;
INSERT INTO stall SELECT i, 1 + i % 6 FROM generate_series(1, 150) i;
INSERT INTO trader SELECT i, '0' || i, CASE WHEN i % 26 = 0 THEN 1 + i % 150 END FROM generate_series(1, 5200) i;
INSERT INTO permit SELECT i, i FROM generate_series(1, 900) i;
INSERT INTO payment SELECT i, CASE WHEN i % 4 > 0 THEN 1 + i % 5200 END FROM generate_series(1, 8000) i;
INSERT INTO weather SELECT date '2026-01-01' + i FROM generate_series(1, 31) i;
"""


def truncate(expect, world, cluster, database, statement, rows, keys, narrower, untouched):
    """01: TRUNCATE … CASCADE goes through references that DELETE would only null."""
    top, total = next(iter(rows)), sum(rows.values())
    shown = world.measured("sql", "--target", database, "--intent", "empty what is finished", "--reversible", statement)
    expect.that(shown.number("destroyed.rows") == total and shown.number("cascade.rows") == total - rows[top], f"{total} rows go, {total - rows[top]} of them by cascade", shown)
    expect.that({each["name"]: each.get("count") for each in shown.hold["dependents"] if each["type"] == "table"} == rows, f"in {len(rows)} tables, each with its rows", shown)
    for key, (parent, effect) in keys.items():
        expect.that(shown.parent(key) == parent and shown.dependent(key)["effect"] == f"ON DELETE {effect} does not protect", f"{key}: {effect} does not protect", shown)
        expect.that(key in shown.value("truncate.references"), f"{key} is told among the references as well", shown)
    expect.that(shown.value("lock.level") == "AccessExclusiveLock" and shown.fact("lock.objects")["number"] == locked(cluster, database, rows), "all of them are locked, indexes too", shown)
    expect.that([(each["claim"], each["severity"]) for each in shown.hold["contradictions"]] == [("reversible", "danger")], "the claim that it is reversible is contradicted", shown)
    expect.that(shown.hold["tier"] == "critical" and shown.hold["recovery"]["verdict"] == "none", "critical; nothing brings it back", shown)
    expect.that(shown.value("narrower.statement") == narrower, "the DELETE that would destroy less is offered", shown)
    expect.that(not shown.hold["uninspectable"] and shown.hold["environment"]["quality"] == "measured", "all of it was read, on the server that is registered", shown)
    before = cluster.counts(database, *untouched)
    told = world.performed(shown)
    expect.that(told.code == 0 and told.effect("destroyed.rows").get("number") == total, f"performed: the server reports {total} rows", told.result)
    expect.that(not any(cluster.counts(database, *rows).values()) and cluster.counts(database, *untouched) == before, "they are gone, and nothing else is")
    shown = world.measured("sql", "--target", database, statement)
    expect.that(shown.hold["tier"] == "critical", "without the claim it is critical as well", shown)


def locked(cluster, database, tables):
    """The tables and their indexes."""
    names = ", ".join(f"'{each}'::regclass" for each in tables)
    return len(tables) + int(cluster.sql(database, f"SELECT count(*) FROM pg_index WHERE indrelid IN ({names})"))


REWRITTEN = """
CREATE TABLE card (id int PRIMARY KEY, branch int NOT NULL, kind text NOT NULL, closed date);
INSERT INTO card SELECT i, 1 + i % 40, CASE WHEN i % 5 < 2 THEN 'trial' ELSE 'paid' END FROM generate_series(1, 1200) i;
CREATE RULE close_paid AS ON DELETE TO card WHERE old.kind = 'paid' DO INSTEAD UPDATE card SET closed = DATE '2026-10-01' WHERE id = old.id;
CREATE TABLE seized (sender int PRIMARY KEY);
INSERT INTO seized VALUES (2), (9), (11);
CREATE TABLE parcel (id int PRIMARY KEY, sender int NOT NULL);
INSERT INTO parcel SELECT i, i % 50 FROM generate_series(1, 400) i;
CREATE FUNCTION keep_seized() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF OLD.sender IN (SELECT sender FROM seized) THEN RETURN NULL; END IF; RETURN OLD; END $$;
CREATE TRIGGER parcel_seized BEFORE DELETE ON parcel FOR EACH ROW EXECUTE FUNCTION keep_seized();
"""


def other_code(expect, world, cluster, database, statement, table, code, match, destroyed, changed):
    """04: a rule or a trigger decides what becomes of a DELETE."""
    shown = world.measured("sql", "--target", database, statement)
    rows = shown.fact("destroyed.rows")
    expect.that(rows["quality"] == "bounded" and rows["most"] == match and rows["least"] <= destroyed and "number" not in rows, f"at most {match} rows, not measured", shown)
    expect.that(any(code in reason for reason in shown.hold["uninspectable"]), f"{code} is the reason", shown)
    expect.that(f"up to {match} rows" in shown.hold["summary"]["text"], "the sentence says so", shown)
    expect.that(shown.fact("destroyed.share")["quality"] == "bounded" and shown.value("destroyed.share").startswith(f"up to {match} of "), "so does the share of the table", shown)
    expect.that(not any("count" in each for each in shown.hold["dependents"]), "and no dependent has an exact count", shown)
    expect.that([each["title"] for each in shown.hold["diffs"]] == [f"rows of {table} that may go"], "the sample does not say that its rows go", shown)
    expect.that(shown.hold["rule"]["id"] == "not-understood" and "one tier higher" in shown.hold["rule"]["because"] and shown.hold["tier"] == "critical", "one tier higher", shown)
    before = cluster.counts(database, table)[table]
    told = world.performed(shown)
    gone = told.effect("destroyed.rows")
    expect.that(told.code == 0 and gone.get("number") == destroyed and told.effect("changed.rows").get("number") == changed, f"performed: {destroyed} destroyed, {changed} changed", told.result)
    expect.that(f"approved: up to {match}" in gone.get("how", ""), "the receipt tells what was approved instead", told.result)
    expect.that(f"approved: up to {match}" in told.words, "and so does the command line", told.words)
    expect.that(before - cluster.counts(database, table)[table] == destroyed, "the table agrees")


def truncate_skips(expect, world, database):
    shown = world.measured("sql", "--target", database, "TRUNCATE parcel, card")
    skipped = shown.value("truncate.skips") or ""
    expect.that("trigger parcel_seized" in skipped and "rule close_paid" in skipped and shown.number("destroyed.rows"), "TRUNCATE ignores both, which is said", shown)


OUTER = """
CREATE TABLE guest (id int PRIMARY KEY);
CREATE TABLE stay (id int PRIMARY KEY, guest_id int REFERENCES guest, nights int NOT NULL);
CREATE TABLE meal (id int PRIMARY KEY, stay int NOT NULL REFERENCES stay ON DELETE CASCADE);
CREATE INDEX ON meal (stay);
CREATE TABLE no_show (ref int PRIMARY KEY, person int NOT NULL, due date NOT NULL);
INSERT INTO guest SELECT i FROM generate_series(1, 700) i;
INSERT INTO stay SELECT i, CASE WHEN i % 250 > 0 THEN 1 + i % 700 END, 2 FROM generate_series(1, 4000) i;
INSERT INTO meal SELECT i, 1 + i % 4000 FROM generate_series(1, 12000) i;
INSERT INTO no_show SELECT i, 5 * i, DATE '2025-03-01' + i FROM generate_series(1, 14) i;
"""


def outer_column(expect, world, cluster, database, statement, tables, rows, cascade, of, meant, told_column):
    """05: the column is the outer table's, so everything matches; and what decides may change between signing and performing."""
    asked = ["sql", "--target", database, "--intent", f"remove the abandoned ones, about {meant} rows", statement]
    first, second, decides = tables
    shown = world.measured(*asked)
    expect.that(shown.number("destroyed.rows") == rows + cascade and shown.number("cascade.rows") == cascade, f"{rows + cascade} rows go", shown)
    share = f"{rows} of {of} rows ({100 * rows / of:.1f} %)"
    expect.that(shown.value("destroyed.share") == share, f"the share of the table stands with the count: {share}", shown)
    expect.that(shown.value("column.outer") == told_column and shown.fact("column.outer")["severity"] == "warning", "whose column it is stands there as a warning", shown)
    figures = [str(part) for part in (shown.hold["summary"], shown.hold["dependents"], [each["value"] for each in shown.hold["facts"] if each["id"] != "server.identity"])]
    expect.that(not re.search(rf"\b{meant}\b", " ".join(figures)), f"{meant} is a claim, and nothing else", shown)
    expect.that(not shown.hold["uninspectable"] and shown.hold["tier"] == "critical", "all of it was read; critical", shown)
    # What decides is emptied after the signature was asked for: nothing matches any more.
    kept = cluster.sql(database, f"DELETE FROM {decides} RETURNING {decides}.*").replace("|", "','").splitlines()
    world.decide_on(shown)
    again = world.settled(shown.id)
    expect.that(again.hold["revision"] == 2 and again.number("destroyed.rows") == 0, "emptied meanwhile: drift, and the next revision says 0", again)
    for row in kept:
        cluster.sql(database, f"INSERT INTO {decides} VALUES ('{row}')")
    world.decide_on(again)
    third = world.settled(shown.id)
    expect.that(third.hold["revision"] == 3 and third.number("destroyed.rows") == rows + cascade, "filled again meanwhile: drift as well, and nothing is lost", third)
    cluster.sql(database, f"INSERT INTO {first} SELECT 100000, NULL, 1")
    before = cluster.counts(database, first, second)
    told = world.performed(third)
    after = cluster.counts(database, first, second)
    expect.that(told.code == 0 and told.effect("destroyed.rows").get("number") == rows + cascade, "another row in the table, which does not match, is no drift; performed: the same number", told.result)
    expect.that((before[first] - after[first], before[second] - after[second]) == (rows, cascade), "the tables agree")


def main():
    cluster = Cluster()
    shared = {each: shared_case(each) for each in ("01", "04", "05")}
    databases = {"market": TRUNCATE, "cards": REWRITTEN, "hotel": OUTER, **{f"case{each}": text_of(place, "schema.sql") for each, place in shared.items() if place}}
    with ending("cases of databases", cluster.remove) as expect:
        for database, schema in databases.items():
            cluster.make(database, schema)
        world = World("".join(map(cluster.target, databases)))
        truncate(expect, world, cluster, "market", "TRUNCATE stall CASCADE", {"stall": 150, "trader": 5200, "permit": 900, "payment": 8000},
                 {"trader_stall": ("trader", "SET NULL"), "permit_of": ("permit", "RESTRICT"), "payment_by": ("payment", "SET NULL")},
                 "DELETE FROM stall would destroy 150 rows and change 200", ("fair", "weather"))
        other_code(expect, world, cluster, "cards", "DELETE FROM card WHERE branch = 1 OR branch = 4", "card", "rule close_paid on card", 60, 30, 30)
        other_code(expect, world, cluster, "cards", "DELETE FROM parcel WHERE sender < 4", "parcel", "trigger parcel_seized on parcel", 32, 24, 0)
        truncate_skips(expect, world, "cards")
        outer_column(expect, world, cluster, "hotel", "DELETE FROM stay WHERE guest_id IN (SELECT guest_id FROM no_show WHERE due < '2025-04-01')",
                     ("stay", "meal", "no_show"), 3984, 11952, 4000, 80, "guest_id in the sub-select is stay.guest_id")
        if shared["01"]:
            truncate(expect, world, cluster, "case01", text_of(shared["01"], "statement.sql"), {"seat": 400, "member": 12000, "api_key": 3000, "invoice": 30000},
                     {"member_current_seat_fk": ("member", "SET NULL"), "api_key_member_id_fkey": ("api_key", "RESTRICT")},
                     "DELETE FROM seat would destroy 400 rows and change 240", ("trial", "unrelated"))
        if shared["04"]:
            other_code(expect, world, cluster, "case04", text_of(shared["04"], "statement.sql"), "subscription", "rule keep_live on subscription", 40, 20, 20)
            other_code(expect, world, cluster, "case04", text_of(shared["04"], "statement-trigger.sql"), "letter", "trigger letter_hold on letter", 40, 20, 0)
        if shared["05"]:
            outer_column(expect, world, cluster, "case05", text_of(shared["05"], "statement.sql"), ("purchase", "purchase_line", "stale_cart"), 9980, 24950, 10000, 120,
                         "customer_id in the sub-select is purchase.customer_id")
        world.stop()


main()
