// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/gitground.h"

#include <QTest>

using namespace holdfast;
using namespace holdfast::gitground;

class CommandGitPush final : public QObject
{
    Q_OBJECT

private:
    static Measurement push(Bench &b, const QStringList &arguments)
    {
        b.ask(QStringList{QStringLiteral("git"), QStringLiteral("push")} + arguments, {}, b.path(QStringLiteral("clone")));
        return b.measure();
    }

private Q_SLOTS:
    void deletingABranchCountsWhatOnlyItReaches()
    {
        Bench b;
        make(b);
        for (const auto &arguments : {QStringList{QStringLiteral("origin"), QStringLiteral("--delete"), QStringLiteral("topic")}, {QStringLiteral("origin"), QStringLiteral(":topic")}, {QStringLiteral("-d"), QStringLiteral("origin"), QStringLiteral("refs/heads/topic")}}) {
            const auto m = push(b, arguments);
            QVERIFY2(m.uninspectable.isEmpty(), qPrintable(reasons(m)));
            QCOMPARE(m.operation, QStringLiteral("git.delete-ref"));
            QCOMPARE(numberOf(m, fact::DestroyedObjects), 4);
            QCOMPARE(numberOf(m, u"git.authors"), 1);
            QVERIFY(m.resources.front().endsWith(QStringLiteral("origin.git refs/heads/topic")));
            QCOMPARE(m.confirmText, QStringLiteral("topic"));
            QVERIFY(m.recovery.verdict == Verdict::Unknown);
        }
    }
    void anotherBranchThatHoldsThemMeansNothingIsLost()
    {
        Bench b;
        make(b);
        git(b.path(QStringLiteral("clone")), {QStringLiteral("push"), QStringLiteral("-q"), QStringLiteral("origin"), QStringLiteral("topic:copy")});
        handOver(b);
        auto m = push(b, {QStringLiteral("origin"), QStringLiteral(":topic")});
        QCOMPARE(numberOf(m, fact::DestroyedObjects), 0);
        QVERIFY(m.recovery.verdict == Verdict::Recoverable);
        m = push(b, {QStringLiteral("origin"), QStringLiteral(":topic"), QStringLiteral(":copy")});
        QCOMPARE(numberOf(m, fact::DestroyedObjects), 4);
        QCOMPARE(numberOf(m, u"git.deleted-refs"), 2);
    }
    void aForcedPushCountsWhatIsReplaced()
    {
        Bench b;
        make(b);
        for (const auto &arguments : {QStringList{QStringLiteral("--force"), QStringLiteral("origin"), QStringLiteral("main~3:main")}, {QStringLiteral("origin"), QStringLiteral("+main~3:refs/heads/main")}}) {
            const auto m = push(b, arguments);
            QVERIFY2(m.uninspectable.isEmpty(), qPrintable(reasons(m)));
            QCOMPARE(m.operation, QStringLiteral("git.force-push"));
            QCOMPARE(numberOf(m, fact::DestroyedObjects), 2); // one of the three stays: topic begins there
            QCOMPARE(numberOf(m, u"git.replaced-refs"), 1);
        }
    }
    void anOrdinaryPushLosesNothing()
    {
        Bench b;
        make(b);
        git(b.path(QStringLiteral("clone")), {QStringLiteral("commit"), QStringLiteral("-q"), QStringLiteral("--allow-empty"), QStringLiteral("-m"), QStringLiteral("next")});
        handOver(b);
        for (const QString &spec : {QStringLiteral("main"), QStringLiteral("HEAD"), QStringLiteral("main:new")}) {
            const auto m = push(b, {QStringLiteral("origin"), spec});
            QVERIFY2(m.uninspectable.isEmpty(), qPrintable(reasons(m)));
            QCOMPARE(m.operation, QStringLiteral("git.push"));
            QCOMPARE(numberOf(m, fact::DestroyedObjects), 0);
        }
    }
    void theClonesBeliefIsNotAsked()
    {
        Bench b;
        make(b);
        // The requester pretends that the remote is where it wants to push to.
        git(b.path(QStringLiteral("clone")), {QStringLiteral("update-ref"), QStringLiteral("refs/remotes/origin/main"), QStringLiteral("main~3")});
        QCOMPARE(numberOf(push(b, {QStringLiteral("-f"), QStringLiteral("origin"), QStringLiteral("main~3:main")}), fact::DestroyedObjects), 2);
    }
    void whatGitWouldDecideByItselfIsUninspectable()
    {
        Bench b;
        make(b);
        for (const auto &arguments : {QStringList{}, {QStringLiteral("origin")}, {QStringLiteral("--mirror"), QStringLiteral("origin"), QStringLiteral("x")}, {QStringLiteral("--receive-pack=evil"), QStringLiteral("origin"), QStringLiteral("main")},
                                      {QStringLiteral("origin"), QStringLiteral("refs/heads/*:refs/heads/*")}, {QStringLiteral("nowhere"), QStringLiteral("main")}, {QStringLiteral("origin"), QStringLiteral(":")},
                                      {QStringLiteral("ext::touch /tmp/evil"), QStringLiteral("main")}, {QStringLiteral("origin"), QStringLiteral("no-such-thing")}}) {
            const auto m = push(b, arguments);
            QVERIFY2(!m.uninspectable.isEmpty(), qPrintable(arguments.join(u' ')));
            QCOMPARE(m.operation, QStringLiteral("command.opaque"));
        }
    }
};

QTEST_GUILESS_MAIN(CommandGitPush)
#include "tst_commandgitpush.moc"
