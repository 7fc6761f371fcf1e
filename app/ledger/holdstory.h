// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/decision.h"
#include "core/documents/event.h"
#include "core/documents/grant.h"
#include "core/documents/request.h"
#include "core/envelope.h"
#include "core/policy/approval.h"
#include "core/policy/denial.h"

#include <map>
#include <memory>

namespace holdfast {

/// A registry at its place in the chain, with the policy that it names.
struct RegistryPlace final
{
    Registry registry;
    QByteArray bytes; ///< the registry's exact payload
    Digest payload; ///< of `bytes`
    QByteArray toml; ///< the exact policy; empty when it is not there
    std::optional<PolicyDocument> policy; ///< nullopt when it is not there or cannot be read
};

/// The part of a hold that outlasts it: later requests are compared with it.
struct HoldTerms final
{
    QString person, kind, target;
    QString operation; ///< empty until it was measured
    QStringList resources; ///< whole until the hold has ended, then those that it showed
    friend std::strong_ordering operator<=>(const HoldTerms &, const HoldTerms &) = default;
};

/// A hold of which nothing more is told: what a late denial of it, or a second request like it, needs.
struct EndedHold final
{
    State state = State::Done;
    bool denied = false;
    int revision = 0;
    std::shared_ptr<const HoldTerms> terms; ///< shared among holds of the same terms
    Digest action;
};

/// One hold as its entries tell it. Every apply function checks one document, already verified, against the state machine of
/// protocol 1.4 and returns why it may not stand there (empty when it may); the state moves in either case.
struct HoldStory final
{
    struct Approval final
    {
        Decision decision;
        Envelope envelope;
        Digest id;
        QString person;
    };

    Envelope requestEnvelope;
    Request request;
    QString actor;
    HoldTerms terms;
    Digest action; ///< of the exact `action` bytes
    ActorKind actorKind = ActorKind::Machine;
    VerifierKey key;
    std::int64_t index = 0; ///< of the request's entry

    State state = State::Measuring;
    int revision = 0; ///< the current one
    std::optional<Hold> hold; ///< current revision; none once only its end is kept
    Envelope holdEnvelope;
    std::map<int, Digest> revisions; ///< payload digests
    ApprovalTerms needs; ///< of the current revision, by the registry's policy
    std::vector<Approval> approvals; ///< of the current revision
    std::optional<Instant> approvedAt; ///< when the quorum of this revision stood
    std::optional<Grant> grant;
    bool denied = false;
    bool policyApplied = false; ///< its registry stands in the ledger

    /// `request` is the envelope's payload, signed by `key` of `actor`; its entry stands at `index`.
    [[nodiscard]] static HoldStory begun(const Envelope &envelope, Request request, const Actor &actor, const VerifierKey &key, std::int64_t index);
    /// `blobs` has the lists that the hold had no room for.
    [[nodiscard]] QString applyHold(const Hold &next, const Envelope &envelope, const RegistryPlace &place, const BlobSource &blobs, Instant at);
    [[nodiscard]] QString applyApproval(const Decision &decision, const Envelope &envelope, const RegistryPlace &place, Instant at);
    [[nodiscard]] QString applyDenial(const Decision &decision);
    [[nodiscard]] QString applyEvent(const Event &event, const RegistryPlace &place, Instant at);
    [[nodiscard]] QString applyGrant(const Grant &next, const RegistryPlace &place, Instant at);
    [[nodiscard]] QString applyReceipt(const Receipt &receipt);
    /// `stop` or `withdraw`.
    [[nodiscard]] QString applyEnd(State end);

private:
    [[nodiscard]] Result<QString, QString> personOf(const Decision &decision, const RegistryPlace &place, Instant at) const;
    [[nodiscard]] QString whyNotRuled(const Hold &next, const RegistryPlace &place, const BlobSource &blobs, Instant at);
    [[nodiscard]] QString whyNoQuorum(const RegistryPlace &place, Instant at) const;
    [[nodiscard]] QString whyNotGranted(const Grant &next, const RegistryPlace &place) const;
    [[nodiscard]] bool isPolicy() const;
    [[nodiscard]] bool isAllowed() const; ///< the policy lets it pass without a person
};

} // namespace holdfast
