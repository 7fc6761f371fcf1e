# SPDX-License-Identifier: Apache-2.0
"""Cases from the field whose target is a program: the database is chosen by a file that nobody shows. And a hold that nobody decides."""
import os
import re
import stat
import subprocess

from driver import DATA, PLACE, hold
from gateworld import AGENT_KEY, Cluster, Shown, World, block, ending, shared_case, text_of

SECRET = "tr0ub4dor-" + os.urandom(6).hex()
ORDERS = """
CREATE TABLE basket (id int PRIMARY KEY, owner text NOT NULL);
CREATE TABLE line (basket int NOT NULL REFERENCES basket, sku text NOT NULL);
CREATE VIEW open_basket AS SELECT * FROM basket;
INSERT INTO basket SELECT i, 'o' || i FROM generate_series(1, 90) i;
INSERT INTO line SELECT 1 + i % 90, 's' || i FROM generate_series(1, 410) i;
"""
# With the shape of `npx drizzle-kit push --force`, and its effect on the database that .env names: no node, no network.
STAND_IN = """#!/bin/sh
set -eu
. ./.env
case " $* " in *" --force "*) psql -qX "$DATABASE_URL" -c 'DROP SCHEMA public CASCADE' -c 'CREATE SCHEMA public' ;; esac
echo "changes applied"
"""


def put(path, content, executable=False):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)
    if executable:
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


def command_target(name, project, program):
    return block("target", name=name, kind="command", environment="production", programs=[program], cwd=project, environment_names=["PATH"], reveal=True)


def chosen_by_a_file(expect, world, cluster, target, project, argv, switch, deciding, database, tables):
    """14: what is destroyed is unknown, the switch is named, and so is the file that decides."""
    shown = world.measured("run", "--target", target, "--claim-environment", "staging", "--", *argv)
    rows = shown.fact("destroyed.rows")
    expect.that(rows.get("quality") == "unknown" and "number" not in rows, "what is destroyed is unknown, and said to be", shown)
    expect.that(shown.hold["operation"] == "command.opaque" and shown.hold["uninspectable"], "it is opaque, and uninspectable by name", shown)
    expect.that(shown.hold["mode"] == "hold" and shown.hold["tier"] == "critical", "held as critical", shown)
    flags = {each["label"]: each for each in shown.hold["facts"] if each["id"].startswith("command.flag.")}
    expect.that(flags.get(switch, {}).get("severity") == "danger" and flags[switch]["value"], f"{switch} is named, with what it takes away", shown)
    expect.that(shown.hold["environment"]["value"] == "production" and {"claim": "environment", "claimed": "staging"}.items() <= shown.hold["contradictions"][0].items(),
                "production, against the claim of staging", shown)
    files = {each["value"].split(" sha256:")[0]: each for each in shown.hold["facts"] if each["id"].startswith("command.file.")}
    for name in deciding:
        expect.that(project + "/" + name in files, f"{name} is named as a file that decides", shown)
    env = files.get(project + "/.env", {})
    expect.that("fingerprint" in env.get("how", "") and "sha256" not in env.get("value", "sha256"), "the dotenv is part of the fingerprint, and neither its value nor its digest is shown", shown)
    calm = world.measured("run", "--target", target, "--", *[each for each in argv if each != switch])
    expect.that(not any(each["label"] == switch for each in calm.hold["facts"]), "control: without the switch nothing is said of it", calm)
    expect.that(calm.hold["operation"] == "command.opaque" and calm.value("destroyed.rows") == "unknown", "and what is not read is not understood all the same", calm)
    # Edited after the signature: another database may be meant.
    content = text_of(project, ".env")
    put(project + "/.env", content + "# looked at\n")
    world.decide_on(shown)
    again = world.settled(shown.id)
    expect.that(again.hold["revision"] == 2 and cluster.counts(database, *tables) == tables, "the dotenv was edited after signing: drift, nothing was done", again)
    told = world.performed(again)
    expect.that(told.code == 0 and cluster.sql(database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0", "signed anew: the tables are gone, which nobody had promised otherwise", told.words)
    effects = " ".join(each["id"] for each in told.result["effects"])
    expect.that("destroyed.rows" not in effects, "the receipt says no number that nobody observed", told.result)


def not_shown(expect, world):
    """The password of the dotenv is nowhere in what the gate keeps, hands out, or logs."""
    found = subprocess.run(["grep", "-rlaF", SECRET, DATA, PLACE + "/gate.err"], capture_output=True, text=True, check=False).stdout.split()
    expect.that(not found, f"the password stands in nothing that the gate wrote {found}")
    expect.that(subprocess.run(["grep", "-rlaF", SECRET, PLACE + "/own"], capture_output=True, text=True, check=False).stdout.split() == [PLACE + "/own/shop/.env"],
                "(the same search finds it where it is)")


def nobody_decides(expect, world):
    """A hold that ran out: not a denial, and nothing is frozen by it."""
    held = world.ask("run", "--target", "short", "--", "true")
    shown = world.settled(held, ["expired"])
    done = hold("--key", AGENT_KEY, "wait", held)
    expect.that(done.returncode == 3 and "expired" in done.stderr and "denied" not in done.stderr, "expired is what the requester is told, with exit code 3", done.stderr)
    kinds = [each["kind"] for each in world.human.call("hold.get", hold=held)["documents"]]
    expect.that(shown.state == "expired" and "decision" not in kinds and kinds[-1] == "event", "it is on record as an event, not as a decision")
    expect.that(isinstance(world.settled(world.ask("run", "--target", "short", "--", "true"), ["pending"]), Shown), "the same may be asked again: nothing was frozen or denied")


def main():
    cluster, shared = Cluster(), shared_case("14")
    own = PLACE + "/own"
    with ending("cases of programs", cluster.remove) as expect:
        cluster.make("orders", ORDERS)
        put(own + "/shop/.env", f'# the one for tests\nDATABASE_URL="{cluster.connection("orders", "postgres")} password={SECRET}"\n')
        put(own + "/shop/drizzle.config.ts", 'export default { dialect: "postgresql", url: process.env.DATABASE_URL }\n')
        put(own + "/bin/npx", STAND_IN, executable=True)
        rules = text_of(os.environ["HOLDFAST_SOURCE"], "resources/policy/default.toml")
        first = block("rule", id="short", when={"target": "short"}, mode="hold", tier="low", confirm=["press"], approve_within="3s")
        targets = command_target("shop", own + "/shop", own + "/bin/npx") + command_target("short", PLACE, "/usr/bin/true") + cluster.target("orders")
        if shared:
            cluster.make("shop_production", text_of(shared, "schema.sql"))
            put(PLACE + "/handed/.env", re.sub('".*"', f'"{cluster.connection("shop_production", "postgres")}"', text_of(shared, "project/.env")))
            put(PLACE + "/handed/prisma/schema.prisma", text_of(shared, "project/prisma/schema.prisma"))
            put(PLACE + "/handed-bin/npx", text_of(shared, "bin/npx"), executable=True)
            targets += command_target("handed", PLACE + "/handed", PLACE + "/handed-bin/npx") + cluster.target("shop_production")
        world = World(targets, rules=first + rules)
        chosen_by_a_file(expect, world, cluster, "shop", own + "/shop", ["npx", "drizzle-kit", "push", "--force"], "--force", [".env", "drizzle.config.ts"],
                         "orders", {"basket": 90, "line": 410})
        not_shown(expect, world)
        if shared:
            chosen_by_a_file(expect, world, cluster, "handed", PLACE + "/handed", ["npx", "prisma", "db", "push", "--force-reset", "--skip-generate"], "--force-reset",
                             [".env", "prisma/schema.prisma"], "shop_production", {"lead": 276, "visit": 14028})
        nobody_decides(expect, world)
        world.stop()


main()
