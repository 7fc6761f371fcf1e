// SPDX-License-Identifier: Apache-2.0
#include "config/policyreader.h"
#include "config/policywriter.h"
#include "core/policy/ruling.h"

#include <QTest>

using namespace holdfast;
using namespace Qt::StringLiterals;

namespace {

/// One action as the rules see it.
struct Case final
{
    QString kind = u"sql"_s, operation, environment = u"production"_s;
    Verdict recovery = Verdict::Recoverable;
    Severity severity = Severity::Info;
    std::int64_t rows = 0, bytes = 0; ///< rows below 0: unknown
    bool contradicted = false, uninspectable = false;
};

Fact count(QStringView id, std::int64_t number)
{
    Fact fact;
    fact.id = id.toString();
    fact.quality = number < 0 ? Quality::Unknown : Quality::Measured;
    if (number >= 0)
        fact.number = number;
    return fact;
}

Measurement measurementOf(const Case &about)
{
    Measurement m;
    m.operation = about.operation;
    m.environment = {about.environment, about.environment == u"unknown" ? Quality::Unknown : Quality::Measured, {}};
    m.recovery.verdict = about.recovery;
    m.facts = {count(fact::DestroyedRows, about.rows), count(fact::DestroyedBytes, about.bytes), count(u"said.danger", 1)};
    m.facts.back().severity = about.severity;
    if (about.contradicted)
        m.contradictions.push_back({u"environment"_s, u"staging"_s, u"production"_s, Severity::Danger});
    if (about.uninspectable)
        m.uninspectable = {u"something that nobody read"_s};
    return m;
}

} // namespace

/// What the rules that everybody begins with make of what people and agents do.
class DefaultPolicyTest final : public QObject
{
    Q_OBJECT

    PolicyDocument m_policy;

    [[nodiscard]] Ruling ruled(const Case &about) const
    {
        const Measurement m = measurementOf(about);
        return rule(m_policy, {about.kind, u"target"_s, u"agent"_s, {}, &m, *parseInstant(u"2026-11-27T12:00:00.000Z")});
    }

private Q_SLOTS:
    void initTestCase()
    {
        const auto policy = readPolicy(defaultPolicy());
        QVERIFY2(policy, policy ? "" : qPrintable(policy.error().sentence()));
        m_policy = *policy;
    }

    void cases_data()
    {
        QTest::addColumn<QString>("given");
        QTest::addColumn<QString>("expected"); // rule, mode, tier, approvers, confirmations
        const auto row = [](const char *name, const Case &about, const QString &expected) {
            rows().insert(QString::fromLatin1(name), about);
            QTest::newRow(name) << QString::fromLatin1(name) << expected;
        };
        const auto sql = [](const QString &operation, const QString &environment) { return Case{u"sql"_s, operation, environment}; };
        const auto with = [](Case about, auto change) {
            change(about);
            return about;
        };
        const auto danger = [](Verdict recovery) {
            return [recovery](Case &c) { c.severity = Severity::Danger, c.recovery = recovery; };
        };

        // Reading is let through, but for what is not what it seems.
        const Case ls{u"command"_s, u"command.read"_s, u"production"_s, Verdict::Unknown};
        row("ls in production", ls, u"command-read allow low 1 type-target"_s);
        row("ls somewhere unknown", with(ls, [](Case &c) { c.environment = u"unknown"_s; }), u"command-read allow low 1 type-target"_s);
        row("select in production", sql(u"database.read"_s, u"production"_s), u"database-read allow low 1 type-target"_s);
        row("select elsewhere", sql(u"database.read"_s, u"staging"_s), u"database-read allow low 1 type-target"_s);
        row("select where the claim is wrong", with(sql(u"database.read"_s, u"production"_s), [](Case &c) { c.contradicted = true; }),
            u"claims-contradict hold critical 1 type-target"_s);
        row("select not read whole", with(sql(u"database.read"_s, u"staging"_s), [](Case &c) { c.uninspectable = true; }),
            u"not-understood hold critical 1 type-target"_s);

        // Code that nobody read.
        row("unread code in production", sql(u"database.opaque"_s, u"production"_s), u"unread-code-in-production hold critical 1 type-target"_s);
        row("unread code elsewhere", sql(u"database.opaque"_s, u"staging"_s), u"unread-code hold high 1 type-target"_s);
        row("unread code of a tool", with(sql(u"command.opaque"_s, u"staging"_s), [](Case &c) { c.uninspectable = true; }),
            u"unread-code hold critical 1 type-target"_s);
        row("unread code somewhere unknown", sql(u"database.opaque"_s, u"unknown"_s), u"unread-code-in-production hold critical 1 type-target"_s);

        // Danger raises the tier everywhere, and more where nothing brings it back.
        const Case repository{u"command"_s, u"filesystem.delete-tree"_s, u"staging"_s};
        row("rm -rf of unpushed work", with(repository, danger(Verdict::None)), u"danger-for-good hold high 1 type-target"_s);
        row("rm -rf of unpushed work, who knows", with(repository, danger(Verdict::Unknown)), u"danger-for-good hold high 1 type-target"_s);
        row("rm -rf of unpushed work, partly elsewhere", with(repository, danger(Verdict::Partly)), u"danger-partly-for-good hold high 1 type-target"_s);
        row("rm -rf that a tested copy covers", with(repository, danger(Verdict::Recoverable)), u"danger hold elevated 1 press"_s);
        row("the same in production", with(with(repository, danger(Verdict::None)), [](Case &c) { c.environment = u"production"_s; }),
            u"danger-in-production-for-good hold critical 1 type-target"_s);
        row("the same, covered, in production", with(with(repository, danger(Verdict::Recoverable)), [](Case &c) { c.environment = u"production"_s; }),
            u"danger-in-production hold high 1 type-target"_s);
        row("rm -rf of a build directory", with(repository, [](Case &c) { c.recovery = Verdict::None; }), u"nothing-brings-it-back hold elevated 1 press"_s);
        row("rm -rf of what a copy covers", repository, u"everything-else hold low 1 press"_s);

        // One small file is not like another.
        const Case file{u"command"_s, u"filesystem.delete-file"_s, u"production"_s, Verdict::None};
        row("a cache file", file, u"one-plain-file hold low 1 press"_s);
        row("authorized_keys", with(file, danger(Verdict::None)), u"danger-in-production-for-good hold critical 1 type-target"_s);
        row("authorized_keys elsewhere", with(with(file, danger(Verdict::Unknown)), [](Case &c) { c.environment = u"staging"_s; }),
            u"danger-for-good hold high 1 type-target"_s);
        row("a huge file", with(file, [](Case &c) { c.bytes = 1'000'000'001; }), u"many-bytes-in-production hold critical 1 type-target"_s);
        row("a huge file elsewhere", with(file, [](Case &c) { c.bytes = 1'000'000'001, c.environment = u"staging"_s; }),
            u"many-bytes-elsewhere hold elevated 1 press"_s);

        // Databases.
        row("drop in production", sql(u"database.drop-table"_s, u"production"_s), u"drop-in-production hold critical 1 type-target"_s);
        row("drop elsewhere", with(sql(u"database.drop-table"_s, u"staging"_s), danger(Verdict::Recoverable)), u"drop-elsewhere hold high 1 type-target"_s);
        row("truncate in production", sql(u"database.truncate"_s, u"production"_s), u"truncate-in-production hold critical 1 type-target"_s);
        row("truncate elsewhere, for good", with(sql(u"database.truncate"_s, u"staging"_s), danger(Verdict::None)), u"danger-for-good hold high 1 type-target"_s);
        row("truncate of nothing", sql(u"database.truncate"_s, u"staging"_s), u"truncate-elsewhere hold elevated 1 press"_s);
        row("few rows in production", with(with(sql(u"database.delete"_s, u"production"_s), danger(Verdict::Recoverable)), [](Case &c) { c.rows = 3; }),
            u"danger-in-production hold high 1 type-target"_s);
        row("many rows in production", with(with(sql(u"database.delete"_s, u"production"_s), danger(Verdict::Recoverable)), [](Case &c) { c.rows = 1001; }),
            u"delete-in-production hold critical 1 type-target"_s);
        row("unknown rows in production", with(with(sql(u"database.delete"_s, u"production"_s), danger(Verdict::Recoverable)), [](Case &c) { c.rows = -1; }),
            u"delete-in-production hold critical 1 type-target"_s);
        row("a change in production", sql(u"database.update"_s, u"production"_s), u"production hold high 1 type-target"_s);
        row("a change in production for good", with(sql(u"database.update"_s, u"production"_s), [](Case &c) { c.recovery = Verdict::None; }),
            u"nothing-brings-it-back-in-production hold critical 1 type-target"_s);
        row("a change somewhere unknown", sql(u"database.update"_s, u"unknown"_s), u"production hold high 1 type-target"_s);
        row("many changes elsewhere", with(sql(u"database.update"_s, u"staging"_s), [](Case &c) { c.rows = 1001; }), u"many-rows-elsewhere hold elevated 1 press"_s);
        row("a small change elsewhere", sql(u"database.insert"_s, u"staging"_s), u"everything-else hold low 1 press"_s);

        // The rules themselves.
        const Case policy{u"policy"_s, u"policy.change"_s, u"gate"_s};
        row("a policy change", policy, u"policy-change hold elevated 1 press"_s);
        row("a weaker policy", with(policy, danger(Verdict::Recoverable)), u"policy-weakened hold high 1 type-target"_s);
    }

    void cases()
    {
        QFETCH(QString, given);
        QFETCH(QString, expected);
        const Ruling ruling = ruled(rows().value(given));
        const QString made = u"%1 %2 %3 %4 %5"_s.arg(ruling.rule.id, toString(ruling.mode), toString(ruling.tier)).arg(ruling.rule.quorum.need).arg(ruling.rule.confirm.join(u','));
        QCOMPARE(made, expected);
    }

    /// More harm, or less hope, never lowers the tier or lets something through.
    void frictionIsNotInverted()
    {
        const QStringList operations{u"database.delete"_s, u"database.drop-table"_s, u"database.insert"_s, u"database.opaque"_s, u"database.truncate"_s, u"database.update"_s,
                                     u"filesystem.delete-file"_s, u"filesystem.delete-tree"_s, u"command.opaque"_s, u"git.force-push"_s};
        for (const QString &operation : operations)
            for (const QString &environment : {u"staging"_s, u"production"_s})
                for (const bool uninspectable : {false, true})
                    climb({u"any"_s, operation, environment, Verdict::Recoverable, Severity::Info, 0, 0, false, uninspectable});
    }

private:
    static QMap<QString, Case> &rows()
    {
        static QMap<QString, Case> all;
        return all;
    }

    void climb(const Case &base) const
    {
        for (const Verdict verdict : {Verdict::Recoverable, Verdict::Partly, Verdict::None}) {
            for (const Severity severity : {Severity::Info, Severity::Notice, Severity::Warning, Severity::Danger}) {
                Case mild = base;
                mild.recovery = verdict;
                mild.severity = severity;
                Case harsh = mild;
                harsh.severity = Severity::Danger;
                noMilder(mild, harsh);
                harsh = mild;
                harsh.recovery = Verdict::None;
                noMilder(mild, harsh);
                harsh = mild;
                harsh.rows = 5000;
                noMilder(mild, harsh);
                harsh = mild;
                harsh.environment = u"production"_s;
                noMilder(mild, harsh);
            }
        }
    }

    void noMilder(const Case &mild, const Case &harsh) const
    {
        const Ruling less = ruled(mild), more = ruled(harsh);
        QVERIFY2(more.tier >= less.tier && (more.mode != Mode::Allow || less.mode == Mode::Allow),
                 qPrintable(u"%1 in %2: %3 became %4"_s.arg(mild.operation, mild.environment, less.rule.id, more.rule.id)));
    }
};

QTEST_GUILESS_MAIN(DefaultPolicyTest)
#include "tst_defaultpolicy.moc"
