# SPDX-License-Identifier: Apache-2.0
"""What the README promises a newcomer: from the practice ground to a PostgreSQL and an agent of one's own, by its own SQL and words."""
import os
import re
import secrets
import subprocess

from driver import HOME, PLACE, Failure, check, hold_start, scenario, wait
from steps import PASSPHRASE, approve, enrol, ledger_holds, read_everything, receipt_of

SOURCE = os.environ.get("HOLDFAST_SOURCE", os.path.dirname(os.path.abspath(__file__)) + "/../..")
CLUSTER = f"/tmp/hf-own-{os.getpid()}"
PASSWORD = PLACE + "/shop.password"
AGENT_KEY = HOME + "/agent.key"


class Shop:
    """A server that Holdfast has never heard of."""

    def __init__(self):
        made = subprocess.run([SOURCE + "/tests/tools/pgcluster", "start", CLUSTER], capture_output=True, text=True, check=True, timeout=120)
        self.url = made.stdout.strip()
        self.query("CREATE DATABASE shop")
        self.url = self.url.replace("/postgres?", "/shop?")
        self.query("CREATE TABLE baskets (id int PRIMARY KEY, left_at date NOT NULL);"
                   " INSERT INTO baskets SELECT i, date '2020-01-01' + i FROM generate_series(1, 500) i")

    def query(self, sql):
        done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", self.url, "-c", sql], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise Failure("psql: " + done.stderr.strip())
        return done.stdout.strip()

    def remove(self):
        subprocess.run([SOURCE + "/tests/tools/pgcluster", "stop", CLUSTER], capture_output=True, timeout=60, check=False)


def readme_sql():
    with open(SOURCE + "/README.md", encoding="utf-8") as readme:
        return re.search(r"```sql\n(.*?)```", readme.read(), re.S).group(1)


def roles(shop):
    password = secrets.token_hex(12)
    shop.query(readme_sql().replace("…", password) + ";ALTER TABLE baskets OWNER TO holdfast_perform")
    with open(os.open(PASSWORD, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
        file.write(password + "\n")
    check(True, "the README's SQL makes both roles")


def approve_policy(console, process, passphrase=None):
    """What `hold admin` asked for, seen in the inbox and signed; what the command printed then. The passphrase is asked once a session."""
    wait("the request", lambda: process.poll() is not None or console.find("^(critical|high|elevated|low), "), 60)
    if process.poll() is not None:
        receipt_of(process, 0)
    console.key("Escape")
    console.key("j")
    console.see("^locked: Approve", 30)
    read_everything(console)
    held = r"^Hold to approve policy change, Ctrl\+Shift\+A"
    console.see(held)
    with console.holding("ctrl", "shift", "a"):
        wait("the act", lambda: console.find("^To approve: " if passphrase else "^Nothing is waiting"))
    if passphrase:
        console.type(passphrase)
        console.key("Return")
    return receipt_of(process, 0)


def add_target(console):
    process = hold_start("admin", "add-target", "shop", "--kind", "sql", "--environment", "production",
                         "--url", f"postgresql://holdfast_perform@{CLUSTER.replace('/', '%2F')}%2Fs/shop",
                         "--credential", "file:" + PASSWORD, "--measure-as", "holdfast_measure", "--identify")
    said = approve_policy(console, process, PASSPHRASE)
    check(re.search(rf"system \d+, database shop, at unix:{CLUSTER}/s/.s.PGSQL.5432 uid ", said) is not None,
          "the new target's identity was measured, and where it is")


def invite_agent(console):
    said = approve_policy(console, hold_start("admin", "invite", "shop-agent", "--targets", "shop", "--person", os.environ["USER"]))
    invite = re.search(r"\S+\+[0-9a-f]{8}\+\S+#\S+", said)
    if invite is None:
        raise Failure("no invite was printed: " + said)
    receipt_of(hold_start("key", "new", "--key", AGENT_KEY, "--name", "shop-agent", "--invite", invite.group(0)), 0)
    check(os.stat(AGENT_KEY).st_mode & 0o077 == 0, "the agent enrolled with the invite; its key is its own")


def delete(console, shop):
    process = hold_start("sql", "--key", AGENT_KEY, "--target", "shop", "DELETE FROM baskets WHERE id <= 120")
    console.see("^(critical|high|elevated|low), .*Delete 120 rows from baskets", 60)
    console.key("Escape")
    console.key("j")
    console.see("^Delete 120 rows from baskets in shop")
    read_everything(console)
    approve(console, "shop")
    check("committed" in receipt_of(process, 0), "approved, done, and the receipt came back")
    check(shop.query("SELECT count(*) FROM baskets") == "380", "120 rows are gone from the own server")


def steps(console):
    shop = Shop()
    try:
        roles(shop)
        enrol(console, name=None)
        add_target(console)
        invite_agent(console)
        delete(console, shop)
        ledger_holds()
    finally:
        shop.remove()


scenario("own server", steps)
