// SPDX-License-Identifier: Apache-2.0
#include "gate/store/schema.h"

#include <array>

namespace holdfast {

namespace {

constexpr const char *versionOne = R"sql(
CREATE TABLE schema_version (version INTEGER NOT NULL);
INSERT INTO schema_version VALUES (1);
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

-- The ledger: exact entry bytes, and every complete node of its tree.
CREATE TABLE entries (idx INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE nodes (level INTEGER, idx INTEGER, hash BLOB NOT NULL, PRIMARY KEY (level, idx)) WITHOUT ROWID;
CREATE TABLE documents (id BLOB PRIMARY KEY, idx INTEGER NOT NULL, kind TEXT NOT NULL, hold TEXT) WITHOUT ROWID;
CREATE INDEX documents_hold ON documents (hold, idx) WHERE hold IS NOT NULL;
CREATE INDEX documents_kind ON documents (kind, idx);
CREATE TABLE cosignatures (size INTEGER, name TEXT, line TEXT NOT NULL, PRIMARY KEY (size, name)) WITHOUT ROWID;

CREATE TABLE registries (serial INTEGER PRIMARY KEY, payload BLOB NOT NULL UNIQUE, document BLOB NOT NULL, idx INTEGER NOT NULL);
CREATE TABLE revoked_keys (key BLOB PRIMARY KEY, hint TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE invites (mark TEXT PRIMARY KEY, secret BLOB NOT NULL, failures INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE holds (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, actor TEXT NOT NULL, person TEXT NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL,
    state TEXT NOT NULL, open INTEGER NOT NULL, sequence INTEGER NOT NULL, revision INTEGER NOT NULL,
    request_document BLOB NOT NULL, request_digest BLOB NOT NULL, action BLOB NOT NULL, hold_document BLOB, hold_digest BLOB, receipt_document BLOB,
    opened_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, deadline INTEGER, execute_by INTEGER,
    tier TEXT, operation TEXT NOT NULL, environment TEXT NOT NULL, summary TEXT NOT NULL, resources TEXT NOT NULL,
    approvals TEXT NOT NULL, outcome TEXT, decided_ms INTEGER, reason TEXT NOT NULL, counter BLOB);
CREATE INDEX holds_open ON holds (row) WHERE open = 1;
CREATE TABLE open_counts (actor TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
CREATE TRIGGER holds_opened AFTER INSERT ON holds WHEN NEW.open = 1 BEGIN
    INSERT INTO open_counts VALUES (NEW.actor, 1) ON CONFLICT (actor) DO UPDATE SET n = n + 1; END;
CREATE TRIGGER holds_ended AFTER UPDATE OF open ON holds WHEN OLD.open = 1 AND NEW.open = 0 BEGIN
    UPDATE open_counts SET n = n - 1 WHERE actor = NEW.actor; END;
CREATE INDEX holds_sequence ON holds (sequence) WHERE open = 0;
CREATE INDEX holds_deadline ON holds (deadline) WHERE deadline IS NOT NULL;
CREATE INDEX holds_state ON holds (state) WHERE state IN ('measuring', 'approved', 'released', 'executing', 'drifted');
CREATE INDEX holds_actor ON holds (actor, row);

CREATE TABLE decisions (hold TEXT, revision INTEGER, document BLOB, verdict TEXT NOT NULL, person TEXT NOT NULL, idx INTEGER NOT NULL,
    PRIMARY KEY (hold, revision, document)) WITHOUT ROWID;
CREATE TABLE nonces (key BLOB, nonce BLOB, document BLOB NOT NULL, PRIMARY KEY (key, nonce)) WITHOUT ROWID;
CREATE TABLE grants (id BLOB PRIMARY KEY, hold TEXT NOT NULL, revision INTEGER NOT NULL, document BLOB NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX grants_revision ON grants (hold, revision);
CREATE TABLE denials (document BLOB PRIMARY KEY, hold TEXT NOT NULL, person TEXT NOT NULL, target TEXT NOT NULL, kind TEXT NOT NULL, scope TEXT NOT NULL,
    action BLOB NOT NULL, operation TEXT NOT NULL, resources TEXT NOT NULL, standing INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX denials_person ON denials (person) WHERE standing = 1;
CREATE TABLE freezes (document BLOB PRIMARY KEY, actor TEXT, target TEXT, standing INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX freezes_standing ON freezes (standing) WHERE standing = 1;

CREATE TABLE blobs (digest BLOB PRIMARY KEY, size INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE blob_owners (digest BLOB, actor TEXT, at INTEGER NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (digest, actor)) WITHOUT ROWID;
CREATE INDEX blob_owners_actor ON blob_owners (actor);
CREATE INDEX blob_owners_at ON blob_owners (at);
CREATE TABLE blob_references (digest BLOB, idx INTEGER, kind TEXT NOT NULL, hold TEXT, PRIMARY KEY (digest, idx)) WITHOUT ROWID;

-- Row numbers are those of `holds`: newest first is descending row order, never a rank.
CREATE VIRTUAL TABLE history USING fts5(text, prefix='1 2 3 4 5 6', detail=column, content='', tokenize="unicode61 remove_diacritics 2");
CREATE TABLE history_text (row INTEGER PRIMARY KEY, text TEXT NOT NULL);
)sql";

// An invite that a machine asked for enrols a machine: those that are out already were made before anybody looked.
constexpr const char *versionTwo = R"sql(
ALTER TABLE invites ADD COLUMN machines_only INTEGER NOT NULL DEFAULT 1;
CREATE INDEX holds_action ON holds (action);
-- Measuring processes that came to an end over a request.
CREATE TABLE deaths (hold TEXT PRIMARY KEY, count INTEGER NOT NULL, how TEXT NOT NULL) WITHOUT ROWID;
UPDATE schema_version SET version = 2;
)sql";

// SQLite finds the middle of a large value by walking all pages before it: what is read in parts lies in pieces.
constexpr const char *versionThree = R"sql(
CREATE TABLE blob_pieces (digest BLOB, at INTEGER, bytes BLOB NOT NULL, PRIMARY KEY (digest, at)); -- with row numbers: keys are compared without the bytes
CREATE TRIGGER blobs_forgotten AFTER DELETE ON blobs BEGIN DELETE FROM blob_pieces WHERE digest = OLD.digest; END;
WITH RECURSIVE pieces (digest, size, at) AS (SELECT digest, size, 0 FROM blobs WHERE size > 65536
                                             UNION ALL SELECT digest, size, at + 65536 FROM pieces WHERE at + 65536 < size)
INSERT INTO blob_pieces SELECT p.digest, p.at, substr(b.bytes, p.at + 1, 65536) FROM pieces AS p JOIN blobs AS b ON b.digest = p.digest;
UPDATE blobs SET bytes = x'' WHERE size > 65536;
-- Whether a document names it: what is handed in and not named is summed up for each blob that comes.
ALTER TABLE blob_owners ADD COLUMN named INTEGER NOT NULL DEFAULT 0;
UPDATE blob_owners SET named = EXISTS (SELECT 1 FROM blob_references AS r WHERE r.digest = blob_owners.digest);
CREATE INDEX blob_owners_idle ON blob_owners (actor) WHERE named = 0;
UPDATE schema_version SET version = 3;
)sql";

/// Step n takes a store of version n to version n + 1; an empty file is version 0. A step that is out is never changed.
constexpr std::array steps{versionOne, versionTwo, versionThree};
static_assert(steps.size() == schemaVersion);

std::size_t versionOf(Database &database)
{
    {
        Query exists(database, "SELECT 1 FROM sqlite_master WHERE name = 'schema_version'");
        if (!exists.step())
            return 0;
    }
    Query query(database, "SELECT version FROM schema_version");
    return query.step() ? static_cast<std::size_t>(query.integer(0)) : 0;
}

} // namespace

Result<Done, StoreError> prepareSchema(Database &database)
{
    // Checkpoints of the write-ahead log are made by another connection, off the commit path.
    for (const char *pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=0", "PRAGMA trusted_schema=0",
                               "PRAGMA temp_store=MEMORY", "PRAGMA cache_size=-16000"})
        database.execute(pragma);
    database.execute("BEGIN IMMEDIATE");
    const std::size_t found = versionOf(database);
    for (std::size_t version = found; version < steps.size(); ++version)
        database.execute(steps[version]);
    if (!database.failed())
        database.execute("COMMIT");
    if (database.failed()) {
        const StoreError error = *database.error();
        database.rollback();
        return Failure{error};
    }
    if (found > steps.size())
        return Failure{StoreError{StoreError::Kind::WrongVersion, QStringLiteral("schema %1, this version reads %2")
            .arg(QString::number(found), QString::number(schemaVersion))}};
    return Done{};
}

} // namespace holdfast
