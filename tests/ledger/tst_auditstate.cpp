// SPDX-License-Identifier: Apache-2.0
#include "ledger/auditor.h"
#include "ledger/story.h"

#include <QTest>

using namespace holdfast;

namespace {

AuditorOptions optionsFor(const Story &story)
{
    return {story.gate.key(), story.blobSource(), &policyOrNothing};
}

QStringList add(LedgerAuditor &auditor, const QByteArray &entry)
{
    QStringList sentences;
    for (const Finding &finding : auditor.add(entry))
        sentences.append(QStringLiteral("%1: %2").arg(finding.index).arg(finding.sentence));
    return sentences;
}

/// Every state in which a hold can stand, and everything that outlasts one.
void tell(Story &story)
{
    story.perform();
    auto denied = story.ask(QStringLiteral("TRUNCATE u"));
    story.measure(denied);
    story.deny(denied, Decision::Scope::Class);
    auto late = story.perform();
    story.deny(late);
    story.enrolSecond();
    auto expired = story.ask();
    story.measure(expired);
    story.event(expired, State::Expired);
    story.ask(); // measuring
    auto pending = story.ask();
    story.measure(pending);
    story.approve(pending, &story.secondDecide);
    auto approved = story.ask();
    story.measure(approved);
    story.approve(approved, &story.secondDecide);
    story.event(approved, State::Approved);
    auto released = story.ask();
    story.measure(released);
    story.approve(released, &story.secondDecide);
    story.event(released, State::Approved);
    story.grant(released);
    story.order(Command::Verb::Freeze, story.ownerDecide, {}, QStringLiteral("cursor"));
    // A gate that goes on all the same.
    story.event(released, State::Executing);
    story.receipt(released);
}

} // namespace

/// An auditor that was saved and resumed says of everything that follows exactly what the first one would have said.
class AuditStateTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void resumesAnywhere();
    void knowsWhatWasBefore();
    void endedHoldsStaySmall();
    void refusesWhatItDidNotWrite();
    void refusesAnotherGate();
};

void AuditStateTest::resumesAnywhere()
{
    Story story;
    tell(story);
    for (std::size_t cut = 1; cut < story.entries.size(); ++cut) {
        LedgerAuditor whole(optionsFor(story));
        for (std::size_t i = 0; i < cut; ++i)
            (void)whole.add(story.entries[i]);
        auto resumed = LedgerAuditor::resume(optionsFor(story), whole.save());
        QVERIFY2(resumed, qPrintable(QString::number(cut)));
        QCOMPARE(resumed->size(), whole.size());
        QCOMPARE(resumed->firstRegistry(), whole.firstRegistry());
        bool alarmed = false;
        for (std::size_t i = cut; i < story.entries.size(); ++i) {
            const QStringList said = add(whole, story.entries[i]);
            QCOMPARE(add(*resumed, story.entries[i]), said);
            alarmed = alarmed || said.join(u' ').contains(QStringLiteral("ALARM"));
        }
        QVERIFY(alarmed || cut >= story.entries.size() - 1); // executing under a freeze; said twice only if it was heard before
        QCOMPARE(resumed->save(), whole.save());
    }
}

/// Replays: every earlier entry once more, at every place.
void AuditStateTest::knowsWhatWasBefore()
{
    Story story;
    tell(story);
    for (std::size_t cut = 2; cut < story.entries.size(); cut += 5) {
        LedgerAuditor first(optionsFor(story));
        for (std::size_t i = 0; i < cut; ++i)
            (void)first.add(story.entries[i]);
        const QByteArray saved = first.save();
        for (std::size_t again = 0; again < cut; ++again) {
            auto whole = LedgerAuditor::resume(optionsFor(story), saved);
            LedgerAuditor unbroken(optionsFor(story));
            for (std::size_t i = 0; i < cut; ++i)
                (void)unbroken.add(story.entries[i]);
            const QStringList said = add(unbroken, story.entries[again]);
            QVERIFY(!said.isEmpty());
            QCOMPARE(add(*whole, story.entries[again]), said);
        }
    }
}

void AuditStateTest::endedHoldsStaySmall()
{
    Story story;
    LedgerAuditor auditor(optionsFor(story));
    std::size_t told = 0;
    const auto listen = [&] {
        for (; told < story.entries.size(); ++told)
            QCOMPARE(add(auditor, story.entries[told]), QStringList());
    };
    listen();
    const qsizetype before = auditor.save().size();
    constexpr int holds = 20;
    for (int i = 0; i < holds; ++i) {
        story.perform();
        listen();
    }
    const qsizetype each = (auditor.save().size() - before) / holds;
    QVERIFY2(each < 250, qPrintable(QString::number(each)));
}

void AuditStateTest::refusesWhatItDidNotWrite()
{
    Story story;
    tell(story);
    LedgerAuditor auditor(optionsFor(story));
    for (const QByteArray &entry : story.entries)
        (void)auditor.add(entry);
    const QByteArray saved = auditor.save();
    for (qsizetype length = 0; length < saved.size(); length += length < 300 ? 1 : 97)
        QVERIFY2(!LedgerAuditor::resume(optionsFor(story), saved.left(length)), qPrintable(QString::number(length)));
    QVERIFY(!LedgerAuditor::resume(optionsFor(story), saved + 'x'));
    QVERIFY(!LedgerAuditor::resume(optionsFor(story), QByteArray(saved.size(), '\xFF')));
    QVERIFY(LedgerAuditor::resume(optionsFor(story), saved));
}

void AuditStateTest::refusesAnotherGate()
{
    Story story, other;
    LedgerAuditor auditor(optionsFor(story));
    QCOMPARE(add(auditor, story.entries.front()), QStringList());
    const QByteArray saved = auditor.save();
    QVERIFY(!LedgerAuditor::resume(optionsFor(other), saved));
    AuditorOptions options = optionsFor(story);
    options.firstRegistry = sha256("another");
    QVERIFY(!LedgerAuditor::resume(options, saved));
    LedgerAuditor pinned(options);
    QVERIFY(add(pinned, story.entries.front()).join(u' ').contains(QStringLiteral("ALARM")));
    options.firstRegistry = story.registryPayload;
    QVERIFY(LedgerAuditor::resume(options, saved));
}

QTEST_GUILESS_MAIN(AuditStateTest)
#include "tst_auditstate.moc"
