// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/policyreader.h"
#include "core/documents/command.h"
#include "core/documents/event.h"
#include "core/documents/grant.h"
#include "core/documents/session.h"
#include "core/policy/registrychain.h"
#include "core/policy/ruling.h"
#include "ledger/checkpoint.h"
#include "ledger/tiles.h"

#include <map>

namespace holdfast {

/// Writes a ledger as an honest gate would, document by document, with real keys; and lets a test be dishonest anywhere.
class Story final
{
public:
    Story();

    struct Case final
    {
        Envelope request, hold;
        Hold current;
        HoldId id;
        std::vector<Digest> approvals;
        Grant grant;
    };

    // The chapters of one hold.
    Case ask(const QString &sql = QStringLiteral("DELETE FROM t"));
    Case askPolicy(const QByteArray &toml);
    void measure(Case &about, std::int64_t rows = 3, const QStringList &alsoTouched = {}, const QStringList &uninspectable = {});
    void approve(Case &about, const Signer *by = nullptr);
    Digest deny(const Case &about, Decision::Scope scope = Decision::Scope::This, const Signer *by = nullptr);
    void event(const Case &about, State state);
    void grant(Case &about);
    void receipt(const Case &about, Outcome outcome = Outcome::Committed);
    /// From the question to the receipt; approved by the owner, or by another.
    Case perform(const Signer *by = nullptr);
    Digest order(Command::Verb verb, const Signer &by, const std::optional<HoldId> &hold = {}, const QString &actor = {}, const std::optional<Digest> &subject = {});
    /// A second approver is invited by a policy change and enrols.
    void enrolSecond();
    void follow(std::vector<Actor> actors, const QByteArray &toml, const RegistryCause &cause);

    Envelope add(EntryKind kind, const Signer &by, const QByteArray &payload);
    void addEnvelope(EntryKind kind, const Envelope &envelope);
    void rebuild(std::vector<QByteArray> changed);
    [[nodiscard]] QByteArray checkpoint() const;
    [[nodiscard]] bool writeTo(const QString &directory) const;
    [[nodiscard]] BlobSource blobSource() const;
    [[nodiscard]] Decision decisionOn(const Case &about, Decision::Verdict verdict, const Signer &by) const;

    SeedSigner gate, ledger, performer;
    SeedSigner ownerSession, ownerDecide, ownerRequest, agent;
    SeedSigner secondSession, secondDecide;
    Instant now = *parseInstant(u"2026-11-22T10:00:00.000Z");
    Registry registry;
    Digest registryPayload;
    QByteArray toml;
    PolicyDocument policy;
    std::vector<QByteArray> entries;
    std::map<Digest, QByteArray> blobs;

private:
    [[nodiscard]] Request requestBy(const QString &kind, const QString &target) const;
    [[nodiscard]] Case record(const Request &request, const Signer &by);
    void applyPolicy(const Case &about);
};

} // namespace holdfast
