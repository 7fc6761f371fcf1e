// SPDX-License-Identifier: Apache-2.0
#include "ledger/story.h"
#include "ledger/verifier.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace holdfast;

namespace {

QStringList audit(const Story &story, const std::optional<VerifierKey> &pin = {})
{
    LedgerAuditor auditor({pin, story.blobSource(), &policyOrNothing});
    QStringList sentences;
    for (const QByteArray &entry : story.entries) {
        for (const Finding &finding : auditor.add(entry))
            sentences.append(QStringLiteral("%1: %2").arg(static_cast<qlonglong>(finding.index)).arg(finding.sentence));
    }
    return sentences;
}

VerifyReport verifyStory(const Story &story, const std::optional<VerifierKey> &pin)
{
    QTemporaryDir dir;
    return story.writeTo(dir.path()) ? verifyExport(dir.path(), pin, &policyOrNothing) : VerifyReport{};
}

/// An honest ledger of about sixty entries in which everything happens once.
void tellAll(Story &story)
{
    story.perform();
    auto again = story.ask();
    story.measure(again);
    story.event(again, State::Pending);
    story.approve(again);
    story.event(again, State::Approved);
    story.grant(again);
    story.event(again, State::Executing);
    story.event(again, State::Drifted);
    story.measure(again, 200);
    story.approve(again);
    story.event(again, State::Approved);
    story.grant(again);
    story.event(again, State::Executing);
    story.receipt(again, Outcome::Unknown);
    auto withdrawn = story.ask();
    story.order(Command::Verb::Withdraw, story.agent, withdrawn.id);
    auto stopped = story.ask();
    story.measure(stopped);
    story.approve(stopped);
    story.event(stopped, State::Approved);
    story.order(Command::Verb::Stop, story.ownerDecide, stopped.id);
    auto expired = story.ask();
    story.measure(expired);
    story.event(expired, State::Expired);
    auto denied = story.ask(QStringLiteral("TRUNCATE u"));
    story.measure(denied);
    const Digest denial = story.deny(denied);
    auto refused = story.ask(QStringLiteral("TRUNCATE u"));
    story.event(refused, State::Refused);
    story.order(Command::Verb::Lift, story.ownerDecide, {}, {}, denial);
    const Digest freeze = story.order(Command::Verb::Freeze, story.ownerDecide, {}, QStringLiteral("cursor"));
    story.order(Command::Verb::Unfreeze, story.ownerDecide, {}, {}, freeze);
    story.enrolSecond();
    auto second = story.ask();
    story.measure(second);
    story.approve(second, &story.secondDecide);
    story.event(second, State::Approved);
    story.grant(second);
    story.event(second, State::Executing);
    story.receipt(second);
    auto lapsed = story.ask();
    story.measure(lapsed);
    story.approve(lapsed, &story.secondDecide);
    story.event(lapsed, State::Approved);
    story.event(lapsed, State::Lapsed);
}

QByteArray reindexed(const QByteArray &entry, std::int64_t index)
{
    const auto parsed = Entry::parse(entry);
    return parsed ? buildEntry(parsed->at, parsed->envelope, index, parsed->kind).bytes : entry;
}

Digest rootOf(const std::vector<QByteArray> &entries)
{
    MerkleTree tree;
    for (const QByteArray &entry : entries)
        tree.append(leafHash(entry));
    return tree.root();
}

/// What a gate that holds the ledger key could publish: numbers put in order again, times kept.
std::vector<QByteArray> renumbered(std::vector<QByteArray> entries)
{
    for (std::size_t i = 0; i < entries.size(); ++i)
        entries[i] = reindexed(entries[i], static_cast<std::int64_t>(i));
    return entries;
}

} // namespace

class TestVerifier : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }

    void anHonestLedgerHolds();
    void unpinnedIsSaid();
    void anotherPinIsRefused();
    void everyChangeOfOneEntryIsRefused();
    void bitsOfEveryKind_data();
    void bitsOfEveryKind();
    void everyFileOfTheExportCounts();
    void truncationAgainstTheCheckpoint();
    void whatWasSeenBefore();
    void lies_data();
    void lies();
    void lowOrderKeyIsRefused();
    void missingPolicyIsSaid();
    void anIndependentProgramAgrees();
};

void TestVerifier::anHonestLedgerHolds()
{
    Story story;
    tellAll(story);
    QCOMPARE(audit(story), QStringList());
    QVERIFY(story.entries.size() >= 55);
    for (const VerifierKey &pin : {story.gate.key(), story.ledger.key()}) {
        const VerifyReport report = verifyStory(story, pin);
        QVERIFY2(report.holds(), report.findings.empty() ? "" : qPrintable(report.findings[0].sentence));
        QVERIFY(report.pinned);
        QCOMPARE(report.entries, static_cast<std::int64_t>(story.entries.size()));
        QCOMPARE(report.checkpoint->size, report.entries);
        QCOMPARE(report.blobs, 2);
    }
}

void TestVerifier::unpinnedIsSaid()
{
    Story story;
    story.perform();
    const VerifyReport report = verifyStory(story, {});
    QVERIFY(report.holds() && !report.pinned);
}

void TestVerifier::anotherPinIsRefused()
{
    Story story;
    QVERIFY(!verifyStory(story, Story().gate.key()).holds());
    QVERIFY(!verifyStory(story, story.performer.key()).holds());
}

void TestVerifier::everyChangeOfOneEntryIsRefused()
{
    Story story;
    tellAll(story);
    const std::vector<QByteArray> honest = story.entries;
    const Digest root = rootOf(honest);
    // Somebody without the ledger's key is caught by the root alone. A dishonest gate signs the new root and numbers the entries
    // anew: then only the entries themselves speak against it.
    const auto speaks = [&](const std::vector<QByteArray> &changed) {
        story.rebuild(renumbered(changed));
        LedgerAuditor auditor({story.gate.key(), story.blobSource(), &policyOrNothing});
        const bool found = std::any_of(story.entries.begin(), story.entries.end(), [&](const QByteArray &entry) { return !auditor.add(entry).empty(); });
        story.rebuild(honest);
        return found;
    };
    int silentDeletions = 0;
    for (std::size_t i = 0; i < honest.size(); ++i) {
        const auto entry = Entry::parse(honest[i]);
        const auto at = static_cast<std::ptrdiff_t>(i);
        auto deleted = honest;
        deleted.erase(deleted.begin() + at);
        QVERIFY(rootOf(deleted) != root);
        // Without its last documents a story is only shorter: against that the consoles keep checkpoints.
        const bool mayEnd = i + 1 == honest.size() || entry->kind == EntryKind::Command || entry->kind == EntryKind::Event || entry->kind == EntryKind::Receipt || entry->kind == EntryKind::Decision;
        const bool heard = speaks(deleted);
        QVERIFY2(heard || mayEnd, qPrintable(QStringLiteral("deletion of %1").arg(i)));
        silentDeletions += !heard;

        auto doubled = honest;
        doubled.insert(doubled.begin() + at, honest[i]);
        QVERIFY(rootOf(doubled) != root);
        // An event that says the same again changes nothing, nor does an enrolment that was answered.
        const bool harmless = entry->kind == EntryKind::Enrol || entry->kind == EntryKind::Event;
        QVERIFY2(speaks(doubled) || harmless, qPrintable(QStringLiteral("insertion of %1").arg(i)));

        if (i + 1 < honest.size()) {
            auto swapped = honest;
            std::swap(swapped[i], swapped[i + 1]);
            QVERIFY(rootOf(swapped) != root);
            QVERIFY2(speaks(swapped), qPrintable(QStringLiteral("swap at %1").arg(i)));
        }

        auto edited = honest;
        Envelope envelope = entry->envelope;
        envelope.payload[envelope.payload.size() / 2] = static_cast<char>(envelope.payload[envelope.payload.size() / 2] ^ 1);
        edited[i] = buildEntry(entry->at, envelope, entry->index, entry->kind).bytes;
        QVERIFY(rootOf(edited) != root);
        QVERIFY2(speaks(edited), qPrintable(QStringLiteral("edit of %1").arg(i)));
    }
    QVERIFY2(silentDeletions < 15, qPrintable(QString::number(silentDeletions)));
}

void TestVerifier::bitsOfEveryKind_data()
{
    QTest::addColumn<QString>("kind");
    for (const char *kind : {"request", "registry", "enrol", "hold", "decision", "command", "event", "grant", "receipt"})
        QTest::newRow(kind) << QString::fromLatin1(kind);
}

/// The auditor's own ear: one bit of a payload, a type or a signature, in a ledger that is otherwise whole and signed anew.
void TestVerifier::bitsOfEveryKind()
{
    QFETCH(QString, kind);
    Story story;
    auto about = story.perform();
    if (kind == u"command")
        story.order(Command::Verb::Freeze, story.ownerDecide, {}, QStringLiteral("cursor"));
    if (kind == u"enrol")
        story.enrolSecond();
    std::size_t at = story.entries.size();
    while (at-- > 0 && toString(Entry::parse(story.entries[at])->kind) != kind) { }
    const Entry entry = *Entry::parse(story.entries[at]);
    const auto speaks = [&](const Envelope &changed) {
        const QByteArray bad = buildEntry(entry.at, changed, entry.index, entry.kind).bytes;
        LedgerAuditor auditor({story.gate.key(), story.blobSource(), &policyOrNothing});
        for (std::size_t i = 0; i < at; ++i)
            (void)auditor.add(story.entries[i]);
        return !auditor.add(bad).empty();
    };
    QVERIFY(!speaks(entry.envelope));
    const bool all = qEnvironmentVariableIntValue("HOLDFAST_LONG") != 0;
    const qsizetype stride = std::max<qsizetype>(1, entry.envelope.payload.size() * 8 / (all ? 600 : 30));
    for (qsizetype bit = 0; bit < entry.envelope.payload.size() * 8; bit += stride) {
        Envelope bad = entry.envelope;
        bad.payload[bit / 8] = static_cast<char>(bad.payload[bit / 8] ^ (1 << (bit % 8)));
        QVERIFY2(speaks(bad), qPrintable(QStringLiteral("payload bit %1").arg(bit)));
    }
    for (qsizetype at8 = 0; at8 < entry.envelope.payloadType.size(); at8 += all ? 1 : 5) {
        Envelope bad = entry.envelope;
        bad.payloadType[at8] = QChar(static_cast<char16_t>(bad.payloadType[at8].unicode() ^ (1 << (at8 % 7))));
        QVERIFY2(speaks(bad), qPrintable(bad.payloadType));
    }
    for (std::size_t which = 0; which < entry.envelope.signatures.size(); ++which)
        for (qsizetype bit = 0; bit < 64 * 8; bit += all ? 1 : 23) {
            Envelope bad = entry.envelope;
            QByteArray &signature = bad.signatures[which].signature;
            signature[bit / 8] = static_cast<char>(signature[bit / 8] ^ (1 << (bit % 8)));
            QVERIFY2(speaks(bad), qPrintable(QStringLiteral("signature bit %1").arg(bit)));
        }
}

void TestVerifier::everyFileOfTheExportCounts()
{
    Story story;
    tellAll(story);
    QTemporaryDir dir;
    QVERIFY(story.writeTo(dir.path()));
    QVERIFY(verifyExport(dir.path(), story.gate.key(), &policyOrNothing).holds());
    QStringList files;
    QDirIterator all(dir.path(), QDir::Files, QDirIterator::Subdirectories);
    while (all.hasNext())
        files.append(all.next());
    QVERIFY(files.size() >= 5);
    for (const QString &path : files) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadWrite));
        const QByteArray good = file.readAll();
        for (const qsizetype at : {qsizetype(0), good.size() / 2, good.size() - 1}) {
            QByteArray bad = good;
            bad[at] = static_cast<char>(bad[at] ^ 4);
            QVERIFY(file.resize(0) && file.seek(0) && file.write(bad) == bad.size() && file.flush());
            QVERIFY2(!verifyExport(dir.path(), story.gate.key(), &policyOrNothing).holds(), qPrintable(path));
        }
        QVERIFY(file.resize(0) && file.seek(0) && file.write(good) == good.size() && file.flush());
        file.close();
        QVERIFY(file.rename(path + QStringLiteral("~")));
        QVERIFY2(!verifyExport(dir.path(), story.gate.key(), &policyOrNothing).holds(), qPrintable(path));
        QVERIFY(file.rename(path));
    }
    QVERIFY(verifyExport(dir.path(), story.gate.key(), &policyOrNothing).holds());
}

void TestVerifier::truncationAgainstTheCheckpoint()
{
    Story story;
    tellAll(story);
    const QByteArray note = story.checkpoint();
    for (std::size_t keep = 1; keep < story.entries.size(); ++keep) {
        const std::vector<QByteArray> entries(story.entries.begin(), story.entries.begin() + static_cast<std::ptrdiff_t>(keep));
        QTemporaryDir dir;
        const ExportSource source{note, static_cast<std::int64_t>(keep), [&](std::int64_t i) { return std::optional(entries[static_cast<std::size_t>(i)]); }, {}, {}};
        QVERIFY(exportTiles(dir.path(), source));
        QVERIFY(!verifyExport(dir.path(), story.gate.key(), &policyOrNothing).holds());
    }
}

// Whoever has the gate's keys can write another history that holds together: not for somebody who has seen some of the first one.
void TestVerifier::whatWasSeenBefore()
{
    Story story;
    tellAll(story);
    QTemporaryDir dir;
    QVERIFY(story.writeTo(dir.path()));
    const auto size = static_cast<std::int64_t>(story.entries.size());
    const auto first = Entry::parse(story.entries.front())->envelope.payloadDigest();
    const auto check = [&](const SeenBefore &seen) { return verifyExport(dir.path(), story.gate.key(), &policyOrNothing, seen); };
    for (const std::int64_t seen : {std::int64_t{1}, std::int64_t{2}, size / 2, size - 1, size}) {
        const auto at = story.entries.begin() + static_cast<std::ptrdiff_t>(seen);
        Checkpoint known{story.registry.gate, seen, rootOf({story.entries.begin(), at})};
        QVERIFY(check({known, first}).holds());
        known.root = sha256("another history");
        const VerifyReport rewritten = check({known, first});
        QCOMPARE(rewritten.findings.size(), std::size_t{1});
        QVERIFY(rewritten.findings[0].sentence.contains(QStringLiteral("the history was rewritten")));
    }
    // An old copy is none the worse for it; that it is old is said.
    const VerifyReport old = check({Checkpoint{story.registry.gate, size + 5, sha256("later")}, first});
    QVERIFY(old.holds() && old.seen == size + 5 && old.entries == size);
    QVERIFY(check({{}, sha256("another registry")}).findings[0].sentence.contains(QStringLiteral("not the one that was pinned")));
}

void TestVerifier::lies_data()
{
    using Tell = std::function<void(Story &)>;
    QTest::addColumn<Tell>("tell");
    QTest::addColumn<QString>("sentence");
    const auto row = [](const char *name, const char *sentence, Tell tell) { QTest::newRow(name) << tell << QString::fromLatin1(sentence); };
    const auto approved = [](Story &story) {
        auto about = story.ask();
        story.measure(about);
        story.approve(about);
        story.event(about, State::Approved);
        return about;
    };
    row("approved without a decision", "approved without a quorum", [](Story &story) {
        auto about = story.ask();
        story.measure(about);
        story.event(about, State::Approved);
    });
    row("grant without approval", "a grant may not follow on pending", [](Story &story) {
        auto about = story.ask();
        story.measure(about);
        story.grant(about);
    });
    row("grant without decisions", "a grant without a quorum", [=](Story &story) {
        auto about = approved(story);
        about.approvals.clear();
        story.grant(about);
    });
    row("grant after a denial", "ALARM: a grant after a denial", [=](Story &story) {
        auto about = approved(story);
        story.deny(about);
        story.grant(about);
    });
    row("grant after a stop", "a grant may not follow on stopped", [=](Story &story) {
        auto about = approved(story);
        story.order(Command::Verb::Stop, story.ownerDecide, about.id);
        story.grant(about);
    });
    row("grant while frozen", "ALARM: going on while the requester", [=](Story &story) {
        auto about = approved(story);
        story.order(Command::Verb::Freeze, story.ownerDecide, {}, QStringLiteral("cursor"));
        story.grant(about);
    });
    row("grant against an earlier denial", "ALARM: going on although an earlier denial", [=](Story &story) {
        auto first = story.ask();
        story.measure(first);
        story.deny(first, Decision::Scope::Class);
        auto about = approved(story);
        story.grant(about);
    });
    row("second grant", "a second grant", [=](Story &story) {
        auto about = approved(story);
        story.grant(about);
        story.grant(about);
    });
    row("other performer", "names a performer", [=](Story &story) {
        auto about = approved(story);
        about.grant.grant = randomBytes(16);
        Grant grant{randomBytes(16), story.registry.gate, about.id, 1, about.request.payloadDigest(), about.hold.payloadDigest(), about.approvals, story.now, story.now + std::chrono::minutes(1), story.agent.key()};
        story.add(EntryKind::Grant, story.gate, grant.toPayload());
    });
    const auto revised = [](const std::function<void(Hold &)> &bend) {
        return [bend](Story &story) {
            auto about = story.ask();
            story.measure(about);
            ++about.current.revision;
            about.current.policy.approveUntil = story.now + std::chrono::hours(4); // as the policy gives it
            bend(about.current);
            story.add(EntryKind::Hold, story.gate, about.current.toPayload());
        };
    };
    row("a day to approve", "the time to approve or to execute", revised([](Hold &hold) { hold.policy.approveUntil += std::chrono::hours(20); }));
    row("a day to execute", "the time to approve or to execute", revised([](Hold &hold) { hold.policy.executeWithinSeconds = 24 * 3600; }));
    row("a grant for a day", "the grant lasts longer", [=](Story &story) {
        auto about = approved(story);
        Grant grant{randomBytes(16), story.registry.gate, about.id, 1, about.request.payloadDigest(), about.hold.payloadDigest(), about.approvals, story.now, story.now + std::chrono::hours(24), story.performer.key()};
        story.add(EntryKind::Grant, story.gate, grant.toPayload());
    });
    row("executing without a grant", "executing may not follow on approved", [=](Story &story) { story.event(approved(story), State::Executing); });
    row("executing twice", "executing twice", [=](Story &story) {
        auto about = approved(story);
        story.grant(about);
        story.event(about, State::Executing);
        story.event(about, State::Executing);
    });
    row("executing too late", "outside the time of its grant", [=](Story &story) {
        auto about = approved(story);
        story.grant(about);
        story.now += std::chrono::minutes(20);
        story.event(about, State::Executing);
    });
    row("receipt without executing", "a receipt may not follow on released", [=](Story &story) {
        auto about = approved(story);
        story.grant(about);
        story.receipt(about);
    });
    row("receipt for another grant", "the receipt is for another grant", [=](Story &story) {
        auto about = approved(story);
        story.grant(about);
        story.event(about, State::Executing);
        about.grant.grant = randomBytes(16);
        story.receipt(about);
    });
    row("receipt by the gate's key", "not signed by the key that the registry names", [=](Story &story) {
        auto about = approved(story);
        story.grant(about);
        story.event(about, State::Executing);
        Receipt receipt{about.grant.grant, about.id, Outcome::Committed, {}, {}, {}, story.now, story.now};
        story.add(EntryKind::Receipt, story.gate, receipt.toPayload());
    });
    row("old revision approved", "does not count", [](Story &story) {
        auto about = story.ask();
        story.measure(about);
        auto old = about;
        story.measure(about, 4);
        story.approve(old);
    });
    row("wrong confirmation", "does not count", [](Story &story) {
        auto about = story.ask();
        story.measure(about, 200);
        Decision decision = story.decisionOn(about, Decision::Verdict::Approve, story.ownerDecide);
        decision.confirmations.front().value = QStringLiteral("other");
        story.add(EntryKind::Decision, story.ownerDecide, decision.toPayload());
    });
    row("sponsor after a second approver", "does not count", [](Story &story) {
        story.enrolSecond();
        auto about = story.ask();
        story.measure(about);
        story.approve(about);
    });
    row("approved by a requester's key", "not signed by a deciding key", [](Story &story) {
        auto about = story.ask();
        story.measure(about);
        story.approve(about, &story.agent);
    });
    row("decision twice", "nonce was used before", [](Story &story) {
        auto about = story.ask();
        story.measure(about);
        story.approve(about);
        story.entries.push_back(reindexed(story.entries.back(), static_cast<std::int64_t>(story.entries.size())));
    });
    row("tier lowered", "mode or tier is not what the policy gives", [](Story &story) {
        auto about = story.ask();
        Hold &hold = about.current;
        story.measure(about, 200);
        story.entries.pop_back();
        hold.tier = Tier::Low;
        story.add(EntryKind::Hold, story.gate, hold.toPayload());
    });
    row("confirmation dropped", "quorum, confirmations or tolerances", [](Story &story) {
        auto about = story.ask();
        story.measure(about);
        story.entries.pop_back();
        about.current.policy.confirm.clear();
        story.add(EntryKind::Hold, story.gate, about.current.toPayload());
    });
    row("hold by the agent", "not signed by the key that the registry names", [](Story &story) {
        auto about = story.ask();
        story.measure(about);
        story.entries.pop_back();
        story.add(EntryKind::Hold, story.agent, about.current.toPayload());
    });
    row("revision skipped", "not the next one", [](Story &story) {
        auto about = story.ask();
        about.current.revision = 1;
        story.measure(about);
    });
    row("request by a stranger", "not signed by a requester's key", [](Story &story) {
        const auto about = story.ask();
        story.entries.pop_back();
        story.add(EntryKind::Request, Story().agent, about.request.payload);
    });
    row("withdrawn by another", "may not give it", [](Story &story) {
        auto about = story.ask();
        story.order(Command::Verb::Withdraw, story.ownerRequest, about.id);
    });
    row("stopped by a requester", "may only withdraw", [](Story &story) {
        auto about = story.ask();
        story.order(Command::Verb::Stop, story.agent, about.id);
    });
    row("lift of nothing", "no such denial stands", [](Story &story) { story.order(Command::Verb::Lift, story.ownerDecide, {}, {}, sha256("x")); });
    row("registry without a cause", "", [](Story &story) { story.follow(story.registry.actors, story.toml, {HoldId(), {}}); });
    row("registry from a hold that was not approved", "", [](Story &story) {
        auto about = story.askPolicy(story.toml + "\n");
        story.measure(about, 0);
        story.follow(story.registry.actors, story.toml + "\n", {about.id, {}});
    });
    row("another policy than the approved one", "", [](Story &story) {
        auto about = story.askPolicy(story.toml + "\n");
        story.measure(about, 0);
        story.approve(about);
        story.event(about, State::Approved);
        const QByteArray other = story.toml + "\n\n";
        story.blobs[sha256(other)] = other;
        story.follow(story.registry.actors, other, {about.id, {}});
    });
    row("an actor slipped in", "", [](Story &story) {
        auto about = story.askPolicy(story.toml + "\n");
        story.measure(about, 0);
        story.approve(about);
        story.event(about, State::Approved);
        std::vector<Actor> actors = story.registry.actors;
        actors.back().name = QStringLiteral("eve");
        actors.back().keys = {{purpose::Session.toString(), story.secondSession.key()}, {purpose::Decide.toString(), story.secondDecide.key()}};
        story.follow(actors, story.toml + "\n", {about.id, {}});
    });
    row("time runs backwards", "older than the one before it", [](Story &story) {
        story.now -= std::chrono::hours(1);
        story.ask();
    });
    row("second first registry", "", [](Story &story) { story.entries.push_back(reindexed(story.entries.front(), 1)); });
}

void TestVerifier::lies()
{
    using Tell = std::function<void(Story &)>;
    QFETCH(Tell, tell);
    QFETCH(QString, sentence);
    Story story;
    story.perform();
    QCOMPARE(audit(story), QStringList());
    tell(story);
    const QStringList found = audit(story);
    QVERIFY(!found.isEmpty());
    QVERIFY2(found.join(u'\n').contains(sentence), qPrintable(found.join(u'\n')));
    QVERIFY(!verifyStory(story, story.gate.key()).holds());
}

void TestVerifier::lowOrderKeyIsRefused()
{
    // Public key 01 00…00 with signature 01 00…00 ‖ 00×32 verifies for any message where the point is not checked.
    Story story;
    auto about = story.ask();
    story.measure(about);
    PublicKeyBytes lowOrder{1};
    Actor eve = story.registry.actors.back();
    eve.name = eve.person = QStringLiteral("eve");
    eve.keys = {{purpose::Session.toString(), story.secondSession.key()}, {purpose::Decide.toString(), VerifierKey{QStringLiteral("eve"), VerifierKey::Type::Ed25519, lowOrder}}};
    Registry registry = story.registry;
    registry.actors.push_back(eve);
    Story forged;
    forged.entries.clear();
    registry.gateKeys = {forged.gate.key(), forged.ledger.key(), forged.performer.key()};
    forged.blobs[registry.policy.digest] = story.toml;
    forged.add(EntryKind::Registry, forged.gate, registry.toPayload());
    QVERIFY(!verifyStory(forged, forged.gate.key()).holds());
    // As a decision in a ledger whose registry is in order.
    Decision decision = story.decisionOn(about, Decision::Verdict::Deny, story.ownerDecide);
    Envelope envelope{decision.toPayload(), QString::fromLatin1(payloadtype::Decision), {{story.ownerDecide.key().hint(), QByteArray(64, '\0')}}};
    envelope.signatures.front().signature[0] = 1;
    story.addEnvelope(EntryKind::Decision, envelope);
    QVERIFY(audit(story).join(u'\n').contains(QStringLiteral("not signed by a deciding key")));
}

void TestVerifier::missingPolicyIsSaid()
{
    Story story;
    story.perform();
    story.blobs.clear();
    const QStringList found = audit(story);
    QVERIFY(!found.isEmpty() && found[0].contains(QStringLiteral("the policy that the registry names")));
    // Nothing says that the sponsor may approve, so his approval does not count.
    QVERIFY(found.join(u'\n').contains(QStringLiteral("the signer is the requester's own person")));
}

void TestVerifier::anIndependentProgramAgrees()
{
    const QString python = QStringLiteral("/usr/bin/python3");
    if (QProcess::execute(python, {QStringLiteral("-c"), QStringLiteral("import nacl.bindings")}) != 0)
        QSKIP("python3-nacl is not installed");
    const auto agrees = [&](const QString &directory, const VerifierKey &pin, QByteArray *said) {
        QProcess process;
        process.start(python, {qEnvironmentVariable("HOLDFAST_SOURCE") + QStringLiteral("/tests/e2e/verify_ledger.py"), directory, QStringLiteral("--gate"), pin.toString()});
        process.waitForFinished();
        *said = process.readAllStandardOutput() + process.readAllStandardError();
        return process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    };
    Story story;
    tellAll(story);
    QByteArray said;
    QTemporaryDir dir;
    QVERIFY(story.writeTo(dir.path()));
    QVERIFY2(agrees(dir.path(), story.gate.key(), &said) == 0, said.constData());
    QVERIFY(said.contains("\"holds\": true"));
    QCOMPARE(agrees(dir.path(), Story().gate.key(), &said), 1);
    const std::vector<QByteArray> honest = story.entries;
    for (std::size_t i = 1; i < honest.size(); i += 5) {
        std::swap(story.entries[i], story.entries[i - 1]);
        story.rebuild(renumbered(story.entries));
        QTemporaryDir lies;
        QVERIFY(story.writeTo(lies.path()));
        QVERIFY2(agrees(lies.path(), story.gate.key(), &said) == 1 && said.contains("\"holds\": false"), said.constData());
        story.rebuild(honest);
    }
    // More than one tile: the two ways of hashing must meet.
    while (story.entries.size() < 300)
        story.ask();
    QTemporaryDir large;
    QVERIFY(story.writeTo(large.path()));
    QVERIFY2(agrees(large.path(), story.ledger.key(), &said) == 0, said.constData());
    QVERIFY(verifyExport(large.path(), story.ledger.key(), &policyOrNothing).holds());
}

QTEST_GUILESS_MAIN(TestVerifier)
#include "tst_verifier.moc"
