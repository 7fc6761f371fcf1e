// SPDX-License-Identifier: Apache-2.0
#include "core/text/secrets.h"

#include <QDirIterator>
#include <QFile>
#include <QTest>

using namespace holdfast;

class Secrets final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void obviousOnesAreRecognisedAndMasked_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("secret");
        QTest::addColumn<QString>("kind");
        const auto row = [](const char *kind, const QString &before, const QString &secret, const QString &after = {}) {
            QTest::newRow(qPrintable(QString::fromUtf8(kind) + u' ' + before.left(20))) << before + secret + after << secret << QString::fromUtf8(kind);
        };
        // Put together here, so that no scanner takes this file for a leak.
        const QString letters = QStringLiteral("a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0");
        row("AWS access key", QStringLiteral("aws --key "), QStringLiteral("AKIA") + QStringLiteral("Q3EGRIAB4NTZ2LKM"));
        row("AWS secret key", QStringLiteral("AWS_SECRET_ACCESS_KEY="), letters);
        row("GitHub token", QStringLiteral("x "), QStringLiteral("ghp_") + letters.first(36), QStringLiteral(" y"));
        row("GitLab token", QStringLiteral("x "), QStringLiteral("glpat-") + letters.first(20));
        row("Slack token", QStringLiteral("x "), QStringLiteral("xoxb-") + QStringLiteral("123456789012-abcdefABCDEF"));
        row("Stripe key", QStringLiteral("x "), QStringLiteral("sk_live_") + letters.first(24));
        row("Google API key", QStringLiteral("key="), QStringLiteral("AIza") + letters.first(35));
        row("JSON web token", QStringLiteral("x "), QStringLiteral("eyJ") + letters + QStringLiteral(".eyJ") + letters + u'.' + letters);
        row("bearer token", QStringLiteral("Authorization: Bearer "), QStringLiteral("3d2c42fb-1b2c-4d5e-8f90-aabbccddeeff"), QStringLiteral("' -d x"));
        row("bearer token", QStringLiteral("authorization: bearer "), letters);
        row("Railway project token", QStringLiteral("Project-Access-Token: "), QStringLiteral("3d2c42fb-1b2c-4d5e-8f90-aabbccddeeff"));
        row("basic credentials", QStringLiteral("Authorization: Basic "), QStringLiteral("dXNlcjpwYXNzd29yZA=="));
        row("password in a URL", QStringLiteral("psql postgresql://app:"), QStringLiteral("hunter2"), QStringLiteral("@db/x"));
        row("PostgreSQL password", QStringLiteral("PGPASSWORD="), QStringLiteral("hunter2"), QStringLiteral(" psql"));
        row("password in a connection string", QStringLiteral("host=db user=app password="), QStringLiteral("hunter2"));
        row("private key", QStringLiteral("echo '"), QStringLiteral("-----BEGIN OPENSSH PRIVATE ") + QStringLiteral("KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----"), QStringLiteral("' > k"));
        row("Holdfast invite", QStringLiteral("gate+0123abcd+") + letters + QStringLiteral("abcd#"), QStringLiteral("AAECAwQFBgcICQoLDA0ODw=="));
    }
    void obviousOnesAreRecognisedAndMasked()
    {
        QFETCH(QString, text);
        QFETCH(QString, secret);
        QFETCH(QString, kind);
        QCOMPARE(whyLooksSecret(text).value_or(QString()), kind);
        const QString masked = QString::fromUtf8(maskSecrets(text.toUtf8()));
        QVERIFY2(!masked.contains(secret), qPrintable(masked));
        QVERIFY(masked.contains(QStringLiteral("[secret: ")));
        QCOMPARE(whyLooksSecret(masked), std::nullopt);
    }
    void placeholdersAndOrdinaryTextPass_data()
    {
        QTest::addColumn<QString>("text");
        for (const char *text : {"Authorization: Bearer $TOKEN", "Bearer [token]", "Bearer <your-token-goes-here>", "bearer of bad news about authentication", "AKIAIOSFODNN7EXAMPLE",
                                 "postgresql://app:${PASSWORD}@db/x", "https://example.org:8080/a@b", "postgresql://app@db/x", "PGPASSWORD=$SECRET psql", "git@github.com:a/b.git",
                                 "volumeDelete(volumeId: \"3d2c42fb-1b2c-4d5e-8f90-aabbccddeeff\")", "sha256:217751fac2c4f14edb2c9297fbc34abcb016ba88e74757e875ec4ac16fb6b6a1",
                                 "530d903a5e1c4f14edb2c9297fbc34abcb016ba8", "user password = unknown", "sk-ip this", "-----BEGIN PUBLIC KEY-----", "password: the word"})
            QTest::newRow(text) << QString::fromUtf8(text);
    }
    void placeholdersAndOrdinaryTextPass()
    {
        QFETCH(QString, text);
        const auto kind = whyLooksSecret(text);
        QVERIFY2(!kind, qPrintable(kind.value_or(QString())));
        QCOMPARE(maskSecrets(text.toUtf8()), text.toUtf8());
    }
    void bytesThatAreNotUnicodeStay()
    {
        const QByteArray bytes = QByteArray("\xff\x00\xfe", 3) + " PGPASSWORD=hunter2 \xc3";
        QCOMPARE(maskSecrets(bytes), QByteArray("\xff\x00\xfe", 3) + " PGPASSWORD=[secret: PostgreSQL password] \xc3");
    }
    void aMegabyteIsMaskedInTime()
    {
        for (const char fill : {'a', '0', '-', ':', '/', ' '}) {
            const QByteArray flood(1024 * 1024, fill);
            QCOMPARE(maskSecrets(flood), flood);
        }
        QByteArray near;
        while (near.size() < 1024 * 1024)
            near += "host=a user=b http://a:b bearer abc -----BEGIN PRIVATE ";
        QVERIFY(!maskSecrets(near).isEmpty());
    }
    void theCorpusHoldsFew()
    {
        const QString corpus = qEnvironmentVariable("HOLDFAST_SHARED") + QStringLiteral("/corpus");
        if (!QDir(corpus).exists())
            QSKIP("the shared corpus is not beside the checkout");
        int files = 0;
        QStringList hits;
        for (QDirIterator it(corpus, QDir::Files, QDirIterator::Subdirectories); it.hasNext();) {
            QFile file(it.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            ++files;
            int line = 0;
            for (const auto &text : file.readAll().split('\n')) {
                ++line;
                if (const auto kind = whyLooksSecret(QString::fromUtf8(text)))
                    hits.append(QStringLiteral("%1:%2 %3").arg(file.fileName().mid(corpus.size())).arg(line).arg(*kind));
            }
        }
        qInfo("%d files, %lld lines with a secret", files, static_cast<long long>(hits.size()));
        for (const auto &hit : hits)
            qInfo("%s", qPrintable(hit));
        QVERIFY(files > 100);
        QVERIFY(hits.size() <= 20);
    }
};

QTEST_GUILESS_MAIN(Secrets)
#include "tst_secrets.moc"
