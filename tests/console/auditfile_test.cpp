// SPDX-License-Identifier: Apache-2.0
#include "console/desk/auditfile.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace holdfast;

/// The file from which a console goes on auditing is believed only if this person's console wrote it for this gate.
class AuditFileTest final : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] QString path() const { return m_place->filePath(QStringLiteral("state")); }
    [[nodiscard]] AuditFile file(const Signer &session) const { return AuditFile(path(), m_gate.key(), session.key()); }
    [[nodiscard]] bool save() const { return file(m_session).save(m_state, m_session); }

    SeedSigner m_gate{QStringLiteral("g/gate"), SecretBytes::random(32)};
    SeedSigner m_session{QStringLiteral("lead"), SecretBytes::random(32)};
    std::unique_ptr<QTemporaryDir> m_place;
    AuditFile::State m_state;

private Q_SLOTS:
    void init()
    {
        m_place = std::make_unique<QTemporaryDir>();
        m_state = {Instant(std::chrono::milliseconds(1'764'200'000'123)), {}, "a checkpoint", "what the auditor knew"};
        for (int i = 0; i < 11; ++i)
            m_state.recent.append(QByteArray::number(i), i == 3 ? QByteArrayLiteral("its payload") : QByteArray());
    }

    void comesBack()
    {
        QVERIFY(file(m_session).load().error() == AuditFile::Problem::None);
        QVERIFY(save());
        auto state = file(m_session).load();
        QVERIFY(state);
        QVERIFY(state->asOf == m_state.asOf);
        QCOMPARE(state->checkpoint, m_state.checkpoint);
        QCOMPARE(state->auditor, m_state.auditor);
        QCOMPARE(state->recent.entries().size(), std::size_t{11});
        QCOMPARE(state->recent.entries()[3].payload, QByteArray("its payload"));
        QCOMPARE(state->recent.after().root().toString(), m_state.recent.after().root().toString());
        state->recent.append("next", {});
        m_state.recent.append("next", {});
        QCOMPARE(state->recent.after().root().toString(), m_state.recent.after().root().toString());
        QCOMPARE(QFile::permissions(path()) & (QFile::ReadGroup | QFile::ReadOther | QFile::WriteGroup | QFile::WriteOther), QFile::Permissions());
    }

    // The oldest go, and the tree before the others takes them in.
    void isBounded_data()
    {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("size");
        QTest::addColumn<int>("kept");
        QTest::newRow("many") << 5'000 << 10 << static_cast<int>(RecentLedger::mostEntries);
        QTest::newRow("large") << 40 << 1024 * 1024 << 8;
    }
    void isBounded()
    {
        QFETCH(int, count);
        QFETCH(int, size);
        QFETCH(int, kept);
        RecentLedger recent;
        MerkleTree whole;
        for (int i = 0; i < count; ++i) {
            const auto entry = QByteArray::number(i).rightJustified(size, '0');
            recent.append(entry, {});
            whole.append(leafHash(entry));
        }
        QCOMPARE(static_cast<int>(recent.entries().size()), kept);
        QCOMPARE(recent.before().size(), static_cast<std::int64_t>(count - kept));
        QCOMPARE(recent.after().root().toString(), whole.root().toString());
    }

    void isOnlyItsWriters()
    {
        QVERIFY(save());
        const SeedSigner other(QStringLiteral("lead"), SecretBytes::random(32));
        QVERIFY(file(other).load().error() == AuditFile::Problem::Changed);
        QVERIFY(AuditFile(path(), other.key(), m_session.key()).load().error() == AuditFile::Problem::Changed);
        QVERIFY(file(m_session).load());
    }

    void noByteMayChange()
    {
        QVERIFY(save());
        QFile written(path());
        QVERIFY(written.open(QIODevice::ReadOnly));
        const QByteArray bytes = written.readAll();
        written.close();
        for (qsizetype i = 0; i <= bytes.size(); ++i) {
            QByteArray changed = bytes;
            if (i < bytes.size())
                changed[i] = static_cast<char>(changed[i] ^ 1);
            else
                changed.chop(1);
            QVERIFY(written.open(QIODevice::WriteOnly));
            written.write(changed);
            written.close();
            const auto state = file(m_session).load();
            QVERIFY2(!state && state.error() == AuditFile::Problem::Changed, qPrintable(QString::number(i)));
        }
    }

    // Kept by the version before: not changed by anybody, and of no use.
    void anOlderFormIsNone()
    {
        QFile written(path());
        QVERIFY(written.open(QIODevice::WriteOnly));
        written.write("holdfast-audit-v1\nand whatever it held");
        written.close();
        QVERIFY(file(m_session).load().error() == AuditFile::Problem::None);
    }

    void aPlaceThatCannotBeWritten()
    {
        QVERIFY(!AuditFile(m_place->filePath(QStringLiteral("no/such/place")), m_gate.key(), m_session.key()).save(m_state, m_session));
    }
};

QTEST_GUILESS_MAIN(AuditFileTest)
#include "auditfile_test.moc"
