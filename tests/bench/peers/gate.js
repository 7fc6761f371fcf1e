// SPDX-License-Identifier: Apache-2.0
// node gate.js DATABASE AGENT-KEY OWNER-KEY [WAITING]: the gate a competent web team would write. Verifies Ed25519, looks the policy
// up, appends to a hash-chained log and commits durably (WAL, synchronous=FULL) before anybody hears of it; pushes to open pages.
// Keys are raw public keys in hex. Seeds WAITING pending holds. Prints the port it listens on; serves page.html there too.
'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const Database = require('better-sqlite3');
const { WebSocketServer } = require('ws');

const [file, agentHex, ownerHex, waiting = '0'] = process.argv.slice(2);
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const keyOf = (hex) => crypto.createPublicKey({ key: Buffer.concat([SPKI, Buffer.from(hex, 'hex')]), format: 'der', type: 'spki' });
const agentKey = keyOf(agentHex), ownerKey = keyOf(ownerHex);

const db = new Database(file);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec(`
CREATE TABLE IF NOT EXISTS policies (target TEXT PRIMARY KEY, tier INTEGER NOT NULL, need INTEGER NOT NULL, mode TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS holds (id TEXT PRIMARY KEY, target TEXT NOT NULL, tier INTEGER NOT NULL, state TEXT NOT NULL,
  opened_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS holds_waiting ON holds (tier DESC, opened_at) WHERE state = 'pending';
CREATE TABLE IF NOT EXISTS log (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, hold TEXT NOT NULL, body TEXT NOT NULL, hash BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT OR IGNORE INTO policies VALUES ('asked', 2, 1, 'hold'), ('backlog', 0, 1, 'hold');
`);
const sql = {
  policy: db.prepare('SELECT * FROM policies WHERE target = ?'),
  hold: db.prepare('SELECT id, target, tier, state FROM holds WHERE id = ?'),
  waiting: db.prepare("SELECT id, target, tier, opened_at, body FROM holds WHERE state = 'pending' ORDER BY tier DESC, opened_at"),
  open: db.prepare("INSERT INTO holds VALUES (?, ?, ?, 'pending', ?, ?, ?)"),
  move: db.prepare('UPDATE holds SET state = ?, changed_at = ? WHERE id = ?'),
  append: db.prepare('INSERT INTO log (at, kind, hold, body, hash) VALUES (?, ?, ?, ?, ?)'),
  head: db.prepare('SELECT hash FROM log ORDER BY seq DESC LIMIT 1'),
  nonce: db.prepare('INSERT INTO nonces VALUES (?)'),
};
let head = sql.head.get()?.hash ?? Buffer.alloc(32);

function append(kind, hold, body, at) {
  const hash = crypto.createHash('sha256').update(head).update(kind).update(hold).update(body).digest();
  sql.append.run(at, kind, hold, body, hash);
  return hash;
}

const opened = db.transaction((id, request, body, tier, at) => {
  sql.open.run(id, request.target, tier, at, at, body);
  return append('request', id, body, at);
});
const withdrawn = db.transaction((id, at) => {
  sql.move.run('withdrawn', at, id);
  return append('withdraw', id, '', at);
});
const released = db.transaction((decision, body, at) => {
  const hold = sql.hold.get(decision.hold);
  const policy = hold && sql.policy.get(hold.target);
  if (!hold || hold.state !== 'pending' || decision.verdict !== 'approve' || policy.mode !== 'hold' || policy.need > 1) throw new Error('refused');
  sql.nonce.run(decision.nonce);
  sql.move.run('released', at, hold.id);
  return append('decision', hold.id, body, at);
});

const pages = new Set();
const waiters = new Map();
const tell = (message) => { const text = JSON.stringify(message); for (const page of pages) page.send(text); };
const verified = (message, key) => crypto.verify(null, Buffer.from(message.payload), key, Buffer.from(message.sig, 'base64'));
const rowOf = (hold) => ({ id: hold.id, tier: hold.tier, target: hold.target, at: hold.opened_at, body: hold.body });

const calls = {
  subscribe(socket) {
    pages.add(socket);
    socket.on('close', () => pages.delete(socket));
    socket.send(JSON.stringify({ op: 'holds', holds: sql.waiting.all().map(rowOf) }));
  },
  request(socket, message) {
    if (!verified(message, agentKey)) throw new Error('bad signature');
    const request = JSON.parse(message.payload), policy = sql.policy.get(request.target), at = Date.now();
    const id = 'h' + crypto.createHash('sha256').update(agentHex).update(message.payload).digest('hex').slice(0, 24);
    head = opened(id, request, message.payload, policy.tier, at);
    tell({ op: 'hold', hold: { id, tier: policy.tier, target: request.target, at, body: message.payload } });
    socket.send(JSON.stringify({ op: 'opened', hold: id }));
  },
  withdraw(socket, message) {
    if (!verified(message, agentKey)) throw new Error('bad signature');
    head = withdrawn(message.payload, Date.now());
    tell({ op: 'gone', hold: message.payload });
    socket.send(JSON.stringify({ op: 'withdrawn' }));
  },
  wait(socket, message) {
    waiters.set(message.payload, socket);
    socket.send(JSON.stringify({ op: 'waiting' }));
  },
  decide(socket, message) {
    if (!verified(message, ownerKey)) throw new Error('bad signature');
    const decision = JSON.parse(message.payload);
    head = released(decision, message.payload, Date.now());
    waiters.get(decision.hold)?.send(JSON.stringify({ op: 'released', hold: decision.hold }));
    waiters.delete(decision.hold);
    tell({ op: 'gone', hold: decision.hold });
    socket.send(JSON.stringify({ op: 'decided' }));
  },
};

db.transaction(() => {
  const have = db.prepare("SELECT count(*) AS n FROM holds WHERE state = 'pending'").get().n;
  const body = JSON.stringify({ target: 'backlog', argv: ['/usr/bin/true'], intent: 'clean up staging, as agreed. '.repeat(22) });
  for (let i = have; i < Number(waiting); ++i) sql.open.run('b' + i, 'backlog', 0, i, i, body);
})();

const page = fs.readFileSync(path.join(__dirname, 'page.html'));
const server = http.createServer((request, response) => response.setHeader('content-type', 'text/html; charset=utf-8').end(page));
new WebSocketServer({ server, maxPayload: 2 * 1024 * 1024, perMessageDeflate: false }).on('connection', (socket) => {
  socket.on('message', (data) => {
    try {
      const message = JSON.parse(data);
      calls[message.op](socket, message);
    } catch (error) {
      socket.send(JSON.stringify({ op: 'error', detail: String(error.message) }));
    }
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
