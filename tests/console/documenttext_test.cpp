// SPDX-License-Identifier: Apache-2.0
#include "console/desk/documenttext.h"
#include "ledger/entry.h"
#include "ledger/story.h"

#include <QTest>

#include <set>

using namespace holdfast;

/// A document is told as genuine only under the key of the one who alone may write it, whatever else fits.
class DocumentTextTest final : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<Story> m_story;
    Story::Case m_about;

    [[nodiscard]] Envelope documentOf(EntryKind kind) const
    {
        for (const QByteArray &bytes : m_story->entries) {
            const auto entry = Entry::parse(bytes);
            if (entry->kind == kind)
                return entry->envelope;
        }
        return {};
    }

    static void kinds()
    {
        QTest::addColumn<int>("kind");
        for (const auto kind : {EntryKind::Request, EntryKind::Hold, EntryKind::Decision, EntryKind::Event, EntryKind::Command, EntryKind::Grant, EntryKind::Receipt})
            QTest::newRow(qPrintable(toString(kind))) << static_cast<int>(kind);
    }

private Q_SLOTS:
    void init()
    {
        initialiseCryptography();
        m_story = std::make_unique<Story>();
        m_about = m_story->perform();
        static_cast<void>(m_story->order(Command::Verb::Stop, m_story->ownerDecide, m_about.id));
    }

    void genuine_data() { kinds(); }
    void genuine()
    {
        QFETCH(int, kind);
        const auto text = describe(toString(static_cast<EntryKind>(kind)), documentOf(static_cast<EntryKind>(kind)), &m_story->registry);
        QVERIFY(text.verified);
        QVERIFY(!text.what.isEmpty() && !text.who.isEmpty() && text.at);
        QCOMPARE(text.hold, std::optional(m_about.id));
    }

    // Each key of the registry but the right one.
    void signedBySomebodyElse_data() { kinds(); }
    void signedBySomebodyElse()
    {
        QFETCH(int, kind);
        const auto entryKind = static_cast<EntryKind>(kind);
        const auto genuine = documentOf(entryKind);
        const std::map<QString, const SeedSigner *> keys{{QStringLiteral("gate"), &m_story->gate}, {QStringLiteral("ledger"), &m_story->ledger},
            {QStringLiteral("performer"), &m_story->performer}, {QStringLiteral("session"), &m_story->ownerSession},
            {QStringLiteral("decide"), &m_story->ownerDecide}, {QStringLiteral("agent"), &m_story->agent}, {QStringLiteral("nobody"), &m_story->secondDecide}};
        const std::map<EntryKind, std::set<QString>> allowed{{EntryKind::Request, {QStringLiteral("agent")}}, {EntryKind::Decision, {QStringLiteral("decide")}},
            {EntryKind::Command, {QStringLiteral("decide"), QStringLiteral("agent")}}, {EntryKind::Receipt, {QStringLiteral("performer")}}};
        for (const auto &[name, key] : keys) {
            const auto forged = Envelope::sign(*key, payloadTypeOf(entryKind), genuine.payload);
            const bool may = allowed.contains(entryKind) ? allowed.at(entryKind).contains(name) : name == u"gate";
            QVERIFY2(describe(toString(entryKind), forged, &m_story->registry).verified == may, qPrintable(name));
        }
    }

    void changedOrOfAnotherType_data() { kinds(); }
    void changedOrOfAnotherType()
    {
        QFETCH(int, kind);
        const auto name = toString(static_cast<EntryKind>(kind));
        auto envelope = documentOf(static_cast<EntryKind>(kind));
        QVERIFY(!describe(name, envelope, nullptr).verified); // no registry, nothing to believe
        auto type = envelope;
        type.payloadType = QStringLiteral("application/vnd.holdfast.other.v1+json");
        QVERIFY(!describe(name, type, &m_story->registry).verified);
        auto signature = envelope;
        signature.signatures.front().signature[5] = static_cast<char>(signature.signatures.front().signature[5] ^ 1);
        QVERIFY(!describe(name, signature, &m_story->registry).verified);
        envelope.payload.chop(1);
        const auto cut = describe(name, envelope, &m_story->registry);
        QVERIFY(!cut.verified && cut.tone == view::Tone::Bad && !cut.at);
    }

    void ofAnUnknownKind()
    {
        const auto text = describe(QStringLiteral("rumour"), documentOf(EntryKind::Event), &m_story->registry);
        QVERIFY(!text.verified && text.tone == view::Tone::Bad);
    }

    void everyStateHasAWord()
    {
        std::set<QString> words;
        for (int state = static_cast<int>(State::Measuring); state <= static_cast<int>(State::Lapsed); ++state)
            QVERIFY2(words.insert(wordOf(static_cast<State>(state))).second, qPrintable(QString::number(state)));
        QVERIFY(!words.contains(QString()));
    }
};

QTEST_GUILESS_MAIN(DocumentTextTest)
#include "documenttext_test.moc"
