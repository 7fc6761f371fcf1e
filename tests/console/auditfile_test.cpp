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
    [[nodiscard]] AuditFile file(const Signer &session) const { return AuditFile(m_place->filePath(QStringLiteral("state")), m_gate.key(), session); }

    SeedSigner m_gate{QStringLiteral("g/gate"), SecretBytes::random(32)};
    SeedSigner m_session{QStringLiteral("lead"), SecretBytes::random(32)};
    std::unique_ptr<QTemporaryDir> m_place;
    MerkleTree m_tree;

private Q_SLOTS:
    void init()
    {
        m_place = std::make_unique<QTemporaryDir>();
        m_tree = {};
        for (int i = 0; i < 11; ++i)
            m_tree.append(leafHash(QByteArray::number(i)));
    }

    void comesBack()
    {
        QVERIFY(!file(m_session).load());
        QVERIFY(file(m_session).save(m_tree, "what the auditor knew"));
        auto start = file(m_session).load();
        QVERIFY(start);
        QCOMPARE(start->tree.size(), m_tree.size());
        QCOMPARE(start->tree.root().toString(), m_tree.root().toString());
        QCOMPARE(start->auditor, QByteArray("what the auditor knew"));
        start->tree.append(leafHash("next"));
        m_tree.append(leafHash("next"));
        QCOMPARE(start->tree.root().toString(), m_tree.root().toString());
        QCOMPARE(QFile::permissions(m_place->filePath(QStringLiteral("state"))) & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
    }

    void isOnlyItsWriters()
    {
        QVERIFY(file(m_session).save(m_tree, "x"));
        const SeedSigner other(QStringLiteral("lead"), SecretBytes::random(32));
        QVERIFY(!file(other).load());
        QVERIFY(!AuditFile(m_place->filePath(QStringLiteral("state")), other.key(), m_session).load());
        QVERIFY(file(m_session).load());
    }

    void noByteMayChange()
    {
        QVERIFY(file(m_session).save(m_tree, "x"));
        QFile written(m_place->filePath(QStringLiteral("state")));
        QVERIFY(written.open(QIODevice::ReadOnly));
        const QByteArray bytes = written.readAll();
        written.close();
        for (qsizetype i = 0; i < bytes.size(); ++i) {
            QByteArray changed = bytes;
            changed[i] = static_cast<char>(changed[i] ^ 1);
            QVERIFY(written.open(QIODevice::WriteOnly));
            written.write(changed);
            written.close();
            QVERIFY2(!file(m_session).load(), qPrintable(QString::number(i)));
        }
    }

    void aPlaceThatCannotBeWritten()
    {
        QVERIFY(!AuditFile(m_place->filePath(QStringLiteral("no/such/place")), m_gate.key(), m_session).save(m_tree, "x"));
    }
};

QTEST_GUILESS_MAIN(AuditFileTest)
#include "auditfile_test.moc"
