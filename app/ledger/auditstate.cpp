// SPDX-License-Identifier: Apache-2.0
#include "ledger/auditstate.h"

#include "ledger/archivedocuments.h"

#include <algorithm>

namespace holdfast {

namespace {

/// Changes whenever what is written does: an older file is then read as none.
constexpr std::int64_t formatVersion = 2;

} // namespace

HoldStory *AuditState::story(const HoldId &hold)
{
    if (const auto found = holds.find(hold); found != holds.end())
        return &found->second;
    const auto found = ended.find(hold);
    if (found == ended.end())
        return nullptr;
    HoldStory story;
    story.state = found->second.state;
    story.denied = found->second.denied;
    story.revision = found->second.revision;
    story.terms = *found->second.terms;
    story.action = found->second.action;
    ended.erase(found);
    return &holds.emplace(hold, std::move(story)).first->second;
}

void AuditState::settle(const HoldId &hold)
{
    const auto found = holds.find(hold);
    if (found == holds.end() || !isFinal(found->second.state))
        return;
    HoldStory &story = found->second;
    // A standing denial has what it needs of a long list by now.
    if (story.hold)
        story.terms.resources = story.hold->measured.resources;
    ended[hold] = EndedHold{story.state, story.denied, story.revision, shared(story.terms), story.action};
    holds.erase(found);
}

std::optional<State> AuditState::stateOf(const HoldId &hold) const
{
    if (const auto found = holds.find(hold); found != holds.end())
        return found->second.state;
    const auto found = ended.find(hold);
    return found == ended.end() ? std::nullopt : std::optional(found->second.state);
}

std::shared_ptr<const HoldTerms> AuditState::shared(const HoldTerms &terms)
{
    return *m_terms.insert(std::make_shared<const HoldTerms>(terms)).first;
}

bool AuditState::isFirst(std::set<Once> &seen, const QByteArray &bytes)
{
    Once once;
    if (bytes.size() != static_cast<qsizetype>(once.size()))
        return false;
    std::copy(bytes.cbegin(), bytes.cend(), once.begin());
    return seen.insert(once).second;
}

template<typename Archive>
void transfer(Archive &archive, HoldTerms &terms)
{
    archive & terms.person & terms.kind & terms.target & terms.operation & terms.resources;
}

template<typename Archive>
void transfer(Archive &archive, HoldStory::Approval &approval)
{
    archive & approval.envelope & approval.person;
    if constexpr (Archive::Reading) {
        parseAgain(archive, approval.decision, approval.envelope.payload);
        approval.id = approval.envelope.idDigest();
    }
}

template<typename Archive>
void transfer(Archive &archive, Grant &grant)
{
    transferDocument(archive, grant);
}

template<typename Archive>
void transfer(Archive &archive, Command &command)
{
    transferDocument(archive, command);
}

template<typename Archive>
void transfer(Archive &archive, ApprovalTerms &terms)
{
    archive & terms.mode & terms.quorum.need & terms.quorum.from & terms.confirm & terms.sponsorMayApprove;
}

template<typename Archive>
void transfer(Archive &archive, HoldStory &story)
{
    archive & story.requestEnvelope & story.holdEnvelope & story.actor & story.terms & story.action & story.actorKind & story.key & story.index;
    archive & story.state & story.revision & story.revisions & story.needs & story.approvals & story.approvedAt & story.grant;
    archive & story.denied & story.policyApplied;
    if constexpr (Archive::Reading) {
        parseAgain(archive, story.request, story.requestEnvelope.payload);
        if (story.revision > 0)
            parseAgain(archive, story.hold.emplace(), story.holdEnvelope.payload);
    }
}

template<typename Archive>
void transfer(Archive &archive, EndedHold &ended)
{
    archive & ended.state & ended.denied & ended.revision & ended.action;
}

template<typename Archive>
void transfer(Archive &archive, RegistryPlace &place)
{
    archive & place.bytes & place.toml;
    if constexpr (Archive::Reading) {
        parseAgain(archive, place.registry, place.bytes);
        place.payload = sha256(place.bytes);
    }
}

template<typename Archive>
void transfer(Archive &archive, DeniedTerms &terms)
{
    archive & terms.scope & terms.person & terms.target & terms.kind & terms.action & terms.operation & terms.resources;
}

template<typename Archive>
void transfer(Archive &archive, StandingOrders::Denial &denial)
{
    archive & denial.terms & denial.index;
}

template<typename Archive>
void transfer(Archive &archive, StandingOrders &orders)
{
    archive & orders.m_freezes & orders.m_denials;
}

template<typename Archive>
void transfer(Archive &archive, AuditState &state)
{
    archive & state.size & state.last & state.firstRegistry & state.place & state.holds & state.causes & state.standing & state.nonces & state.grants;
    // The terms of ended holds repeat: each is written once, and named by its number.
    std::vector<HoldTerms> terms;
    std::map<const HoldTerms *, std::int64_t> numbers;
    if constexpr (!Archive::Reading) {
        for (const auto &each : state.m_terms) {
            numbers.emplace(each.get(), static_cast<std::int64_t>(terms.size()));
            terms.push_back(*each);
        }
    }
    archive & terms & state.ended;
    for (auto &[id, ended] : state.ended) {
        std::int64_t number = Archive::Reading ? -1 : numbers[ended.terms.get()];
        archive & number;
        if constexpr (Archive::Reading) {
            if (number < 0 || number >= static_cast<std::int64_t>(terms.size()))
                return archive.fail();
            ended.terms = state.shared(terms[static_cast<std::size_t>(number)]);
        }
    }
}

QByteArray AuditState::toBytes() const
{
    QByteArray bytes;
    ArchiveWriter archive(&bytes);
    archive & formatVersion & *this;
    return bytes;
}

std::optional<AuditState> AuditState::fromBytes(const QByteArray &bytes, const PolicyParser &policy)
{
    ArchiveReader archive(bytes);
    std::int64_t written = 0;
    archive & written;
    if (!archive.ok() || written != formatVersion)
        return std::nullopt;
    std::optional<AuditState> state(std::in_place);
    archive & *state;
    if (!archive.atEnd())
        return std::nullopt;
    if (state->place && policy && !state->place->toml.isEmpty())
        state->place->policy = policy(state->place->toml);
    return state;
}

} // namespace holdfast
