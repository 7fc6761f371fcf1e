// SPDX-License-Identifier: Apache-2.0
#include "console/storygate.h"

#include "ledger/entry.h"

#include <QCoreApplication>
#include <QDir>

namespace holdfast {

namespace {

constexpr ArgonCost cheap{1, 64};

// The hold that a document concerns, where it says so.
std::optional<HoldId> holdOf(const Entry &entry, const Registry &registry)
{
    const QByteArray &payload = entry.envelope.payload;
    switch (entry.kind) {
    case EntryKind::Request:
        for (const Actor &actor : registry.actors) {
            const auto *key = actor.key(purpose::Request);
            if (key != nullptr && verify(entry.envelope, *key, payloadtype::Request))
                return HoldId::of(key->bytes, payload);
        }
        return {};
    case EntryKind::Hold: return Hold::parse(payload)->hold;
    case EntryKind::Decision: return Decision::parse(payload)->hold;
    case EntryKind::Command: return Command::parse(payload)->hold;
    case EntryKind::Event: return Event::parse(payload)->hold;
    case EntryKind::Grant: return Grant::parse(payload)->hold;
    case EntryKind::Receipt: return Receipt::parse(payload)->hold;
    default: return {};
    }
}

MerkleNodes treeOf(const std::vector<QByteArray> &entries)
{
    MerkleNodes tree;
    for (const QByteArray &entry : entries)
        tree.append(leafHash(entry));
    return tree;
}

} // namespace

std::unique_ptr<SeedSigner> copyOf(const SeedSigner &signer)
{
    return std::make_unique<SeedSigner>(signer.key().name, signer.seed().copy());
}

StoryGate::StoryGate()
{
    for (const char *name : {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"})
        qputenv(name, home.path().toUtf8());
    QDir().mkpath(PinFile::defaultDirectory());
    QCoreApplication::setApplicationVersion(QStringLiteral("test")); // a session is opened with it
    gate.name = story.registry.gate;
    gate.key = copyOf(story.gate);
    gate.ledgerKey = copyOf(story.ledger);
    gate.performKey = copyOf(story.performer);
    gate.bendSession = [this](Session &session) {
        session.checkpoint = QString::fromUtf8(story.checkpoint());
        session.actorName = session.actorPerson = QStringLiteral("sam");
        session.actorKind = ActorKind::Human;
    };
    serveLedger();
    serveHolds();
    serveSubmissions();
}

void StoryGate::serveLedger()
{
    gate.on(method::LedgerCheckpoint, [this](const Json &, const ScriptedGate::Reply &reply) {
        reply(CheckpointResult{QString::fromUtf8(story.checkpoint())}.toJson());
    });
    gate.on(method::LedgerConsistency, [this](const Json &params, const ScriptedGate::Reply &reply) {
        const auto range = RangeParams::fromJson(params);
        const auto tree = treeOf(story.entries);
        reply(ProofResult{*consistencyProof(range->from, range->to, tree.reader())}.toJson());
    });
    gate.on(method::LedgerEntries, [this](const Json &params, const ScriptedGate::Reply &reply) {
        const auto range = RangeParams::fromJson(params);
        const auto to = std::min(static_cast<std::int64_t>(story.entries.size()), range->to);
        reply(EntriesResult{{story.entries.begin() + range->from, story.entries.begin() + to}}.toJson());
    });
    gate.on(method::BlobRead, [this](const Json &params, const ScriptedGate::Reply &reply) {
        const auto wanted = BlobReadParams::fromJson(params);
        const auto found = story.blobs.find(wanted->digest);
        if (found == story.blobs.end())
            return reply(RpcError::of(ErrorCode::NotFound, QStringLiteral("no such blob")));
        reply(BlobReadResult{found->second.mid(wanted->offset, wanted->length), found->second.size()}.toJson());
    });
}

void StoryGate::serveHolds()
{
    gate.on(method::HoldSubscribe, [this](const Json &, const ScriptedGate::Reply &reply) {
        SubscribeResult result;
        for (const auto &[hold, head] : heads)
            (isFinal(head.state) ? result.missed : result.holds).push_back(head);
        result.cursor = static_cast<std::int64_t>(story.entries.size());
        reply(result.toJson());
    });
    gate.on(method::HoldGet, [this](const Json &params, const ScriptedGate::Reply &reply) {
        const auto hold = HoldParams::fromJson(params)->hold;
        if (!heads.contains(hold))
            return reply(RpcError::of(ErrorCode::NotFound, QStringLiteral("no such hold")));
        reply(documentsOf(hold).toJson());
    });
    gate.on(method::DocumentGet, [this](const Json &params, const ScriptedGate::Reply &reply) {
        reply(document(DocumentParams::fromJson(params)->idDigest).toJson());
    });
    gate.on(method::HistorySearch, [this](const Json &, const ScriptedGate::Reply &reply) {
        SearchResult result;
        for (const auto &[hold, head] : heads)
            result.items.push_back({head, QStringLiteral("Deletes rows."), {}, {}, QStringLiteral("cursor"), Tier::Low, {}, 12'000});
        result.total = static_cast<std::int64_t>(result.items.size());
        reply(result.toJson());
    });
}

void StoryGate::serveSubmissions()
{
    gate.on(method::DecisionSubmit, [this](const Json &params, const ScriptedGate::Reply &reply) {
        reply(submit(EnvelopeParams::fromJson(params)->envelope, EntryKind::Decision).toJson());
    });
    gate.on(method::CommandSubmit, [this](const Json &params, const ScriptedGate::Reply &reply) {
        reply(submit(EnvelopeParams::fromJson(params)->envelope, EntryKind::Command).toJson());
    });
}

Head &StoryGate::put(const Case &about, State state)
{
    cases.insert_or_assign(about.id, about);
    Head &head = heads[about.id];
    head.hold = about.id;
    head.state = state;
    head.sequence = static_cast<std::int64_t>(story.entries.size());
    head.revision = about.current.revision;
    head.holdDigest.reset();
    if (head.revision > 0)
        head.holdDigest = about.hold.payloadDigest();
    head.requestDigest = about.request.payloadDigest();
    head.at = story.now;
    return head;
}

StoryGate::Case StoryGate::pending(std::int64_t rows)
{
    Case about = story.ask();
    story.measure(about, rows);
    put(about, State::Pending);
    return about;
}

void StoryGate::tell(const HoldId &hold)
{
    gate.notify(method::HoldChanged, HoldChange{static_cast<std::int64_t>(story.entries.size()), heads.at(hold)}.toJson());
}

SubmitResult StoryGate::submit(const Envelope &envelope, EntryKind kind)
{
    if (verify(envelope, story.ownerDecide.key(), payloadTypeOf(kind))) {
        if (kind == EntryKind::Decision)
            decisions.push_back(*Decision::parse(envelope.payload));
        else
            commands.push_back(*Command::parse(envelope.payload));
    }
    story.addEnvelope(kind, envelope);
    const auto tree = treeOf(story.entries);
    SubmitResult result;
    result.index = tree.size() - 1;
    result.entry = story.entries.back();
    result.proof = *inclusionProof(result.index, tree.size(), tree.reader());
    result.checkpoint = QString::fromUtf8(story.checkpoint());
    return result;
}

HoldDocuments StoryGate::documentsOf(const HoldId &hold) const
{
    const Case &about = cases.at(hold);
    HoldDocuments documents{heads.at(hold), about.request, {}, {}};
    if (documents.head.revision > 0)
        documents.current = about.hold;
    for (const QByteArray &bytes : story.entries) {
        const auto entry = Entry::parse(bytes);
        if (!entry->payloadDigest && holdOf(*entry, story.registry) == hold)
            documents.documents.push_back({toString(entry->kind), entry->index, entry->envelope.idDigest()});
    }
    return documents;
}

DocumentResult StoryGate::document(const Digest &idDigest) const
{
    for (const QByteArray &bytes : story.entries) {
        const auto entry = Entry::parse(bytes);
        if (entry->envelope.idDigest() == idDigest)
            return {entry->envelope, entry->index};
    }
    return {};
}

void StoryGate::holdBack(QStringView method)
{
    gate.on(method, [this](const Json &, const ScriptedGate::Reply &reply) { m_late.push_back(reply); });
}

void StoryGate::release(std::variant<Json, RpcError> answer)
{
    const auto reply = m_late.front();
    m_late.pop_front();
    reply(std::move(answer));
}

LinkOptions StoryGate::linkOptions() const
{
    LinkOptions options;
    options.address = gate.address();
    options.ledgerKey = story.ledger.key();
    options.firstDelay = std::chrono::milliseconds(10);
    options.longestDelay = std::chrono::milliseconds(50);
    return options;
}

Pins StoryGate::pins() const
{
    const auto kept = PinFile(story.gate.key()).load();
    return kept && *kept ? **kept : Pins{story.registry.gate, {}, {story.gate.key(), story.ledger.key(), story.performer.key()}, {}, {}};
}

KeyKeeper StoryGate::keeper(MemoryStore &store) const
{
    KeyKeeper keeper(*KeyIndex::load(home.filePath(QStringLiteral("keys.json"))), &store, nullptr);
    const FreshKeys keys{SeedSigner(story.ownerSession.key().name, story.ownerSession.seed().copy()),
                         SeedSigner(story.ownerDecide.key().name, story.ownerDecide.seed().copy())};
    keeper.keep(keys, story.registry.gate, QStringLiteral("sam"), KeyPlace::Keychain, *passphrase(), [](const Result<Done, KeyStoreError> &kept) {
        if (!kept)
            qFatal("the owner's keys could not be kept");
    }, cheap);
    return keeper;
}

std::shared_ptr<SecretBytes> StoryGate::passphrase(QByteArray text)
{
    text.detach();
    return std::make_shared<SecretBytes>(SecretBytes::take(text));
}

} // namespace holdfast
