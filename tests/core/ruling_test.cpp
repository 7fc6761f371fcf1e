// SPDX-License-Identifier: Apache-2.0
#include "core/policy/reach.h"
#include "core/policy/ruling.h"

#include "core/samples.h"

#include <QTest>

using namespace holdfast;

/// Which rule applies, and what not knowing does to it.
class RulingTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void theDefault();
    void firstMatchWins();
    void conditions_data();
    void conditions();
    void unknownsCountAgainst_data();
    void unknownsCountAgainst();
    void boundedCounts();
    void absentCounts();
    void uninspectable();
    void nothingUnknownIsAllowed();
    void protectedTargets();
    void protectedByWhateverName_data();
    void protectedByWhateverName();
    void copiesOfAProtectedCluster_data();
    void copiesOfAProtectedCluster();
    void answersAsFarAsRegistered();
    void rulesKnowTheMeasuredTarget();
    void whatIsNeverPerformed();
    void policyRequests();
    void nothingMeasured();
    void tolerances_data();
    void tolerances();
    void between_data();
    void between();
    void globs_data();
    void globs();
};

Q_DECLARE_METATYPE(std::optional<QString>)

namespace {

/// A measurement in which everything is known: 1000 rows destroyed, 10 changed, 8192 bytes, production, no recovery.
Measurement known()
{
    Measurement made = samples::measurement();
    made.uninspectable.clear();
    made.contradictions.clear();
    Fact changed = made.facts.front();
    changed.id = fact::ChangedRows.toString();
    changed.number = 10;
    made.facts.push_back(changed);
    return made;
}

Fact &factOf(Measurement &measured, QStringView id)
{
    for (Fact &each : measured.facts) {
        if (each.id == id)
            return each;
    }
    qFatal("no such fact");
}

Rule ruleOf(const char *id, RuleWhen when, Mode mode = Mode::Hold, Tier tier = Tier::Low)
{
    Rule made;
    made.id = QString::fromLatin1(id);
    made.when = std::move(when);
    made.mode = mode;
    made.tier = tier;
    return made;
}

RulingInput inputOf(const Measurement &measured)
{
    return {QStringLiteral("sql"), QStringLiteral("prod-db"), QStringLiteral("agent"), QStringLiteral("cursor"), &measured, samples::instant(u"2026-11-22T10:00:00.000Z")};
}

PolicyDocument policyOf(std::vector<Rule> rules)
{
    PolicyDocument policy;
    policy.rules = std::move(rules);
    return policy;
}

RuleWhen when(const char *member, const char *value)
{
    const QString text = QString::fromLatin1(value);
    const QLatin1StringView name(member);
    RuleWhen made;
    if (name == u"kind")
        made.kind = text;
    else if (name == u"operation")
        made.operation = text;
    else if (name == u"environment")
        made.environment = text;
    else if (name == u"target")
        made.target = text;
    else if (name == u"requester")
        made.requester = text;
    else if (name == u"origin")
        made.origin = text;
    else if (name == u"recovery")
        made.recovery = text;
    else if (name == u"rows_over")
        made.rowsOver = text.toLongLong();
    else if (name == u"bytes_over")
        made.bytesOver = text.toLongLong();
    else if (name == u"severity")
        made.severity = severityFrom(text);
    else if (name == u"contradiction")
        made.contradiction = text == u"true";
    else if (name == u"uninspectable")
        made.uninspectable = text == u"true";
    else
        qFatal("no such condition");
    return made;
}

bool matches(const Measurement &measured, RuleWhen conditions)
{
    return rule(policyOf({ruleOf("it", std::move(conditions))}), inputOf(measured)).rule.id == u"it";
}

} // namespace

void RulingTest::theDefault()
{
    const Measurement measured = known();
    const Ruling ruling = rule(PolicyDocument{}, inputOf(measured));
    QCOMPARE(toString(ruling.mode), toString(Mode::Hold));
    QCOMPARE(toString(ruling.tier), toString(Tier::Critical));
    QCOMPARE(ruling.rule.quorum.need, 1);
    QCOMPARE(ruling.rule.quorum.from, QStringList{QStringLiteral("approver")});
    QCOMPARE(ruling.rule.confirm, QStringList{QStringLiteral("type-target")});
    QCOMPARE(ruling.rule.approveWithin, std::chrono::seconds(4 * 3600));
    QCOMPARE(ruling.rule.executeWithin, std::chrono::seconds(15 * 60));
    QVERIFY(!ruling.rule.sponsorMayApprove);
    QVERIFY(ruling.tolerances.empty());
    QVERIFY(!ruling.because.isEmpty());
}

void RulingTest::firstMatchWins()
{
    const Measurement measured = known();
    const PolicyDocument policy = policyOf({ruleOf("other", when("kind", "filesystem"), Mode::Forbid), ruleOf("first", when("kind", "sql"), Mode::Propose, Tier::Elevated),
                                            ruleOf("second", when("kind", "sql"), Mode::Allow)});
    const Ruling ruling = rule(policy, inputOf(measured));
    QCOMPARE(ruling.rule.id, QStringLiteral("first"));
    QCOMPARE(toString(ruling.mode), toString(Mode::Propose));
    QCOMPARE(toString(ruling.tier), toString(Tier::Elevated));
    QVERIFY(ruling.because.contains(QStringLiteral("first")));
    // All conditions of a rule must be met.
    RuleWhen both = when("kind", "sql");
    both.target = QStringLiteral("other");
    QVERIFY(!matches(measured, both));
    QVERIFY(matches(measured, RuleWhen{}));
}

void RulingTest::conditions_data()
{
    QTest::addColumn<QString>("member");
    QTest::addColumn<QString>("value");
    QTest::addColumn<bool>("met");
    const auto add = [](const char *member, const char *value, bool met) { QTest::addRow("%s %s", member, value) << QString::fromLatin1(member) << QString::fromLatin1(value) << met; };
    add("kind", "sql", true);
    add("kind", "SQL", false);
    add("operation", "database.*", true);
    add("operation", "database.drop-table", true);
    add("operation", "database.drop", false);
    add("environment", "production", true);
    add("environment", "staging", false);
    add("target", "prod-db", true);
    add("target", "prod-*", false); // only operations are patterns
    add("requester", "agent", true);
    add("requester", "web-dev", false);
    add("origin", "cursor", true);
    add("origin", "", false);
    add("recovery", "none", true);
    add("recovery", "recoverable", false);
    add("rows_over", "999", true);
    add("rows_over", "1000", false);
    add("bytes_over", "8191", true);
    add("bytes_over", "8192", false);
    add("severity", "info", true);
    add("severity", "danger", true); // of any fact
    add("contradiction", "false", true);
    add("contradiction", "true", false);
    add("uninspectable", "false", true);
    add("uninspectable", "true", false);
}

void RulingTest::conditions()
{
    QFETCH(QString, member);
    QFETCH(QString, value);
    QFETCH(bool, met);
    QCOMPARE(matches(known(), when(member.toLatin1().constData(), value.toLatin1().constData())), met);
    // The larger of the two counts is compared.
    if (member == u"rows_over") {
        Measurement swapped = known();
        std::swap(factOf(swapped, fact::DestroyedRows).number, factOf(swapped, fact::ChangedRows).number);
        QCOMPARE(matches(swapped, when("rows_over", value.toLatin1().constData())), met);
    }
}

void RulingTest::unknownsCountAgainst_data()
{
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("member");
    QTest::addColumn<QString>("value");
    QTest::addColumn<bool>("met");
    const auto add = [](const char *what, const char *member, const char *value, bool met) {
        QTest::addRow("%s: %s %s", what, member, value) << QString::fromLatin1(what) << QString::fromLatin1(member) << QString::fromLatin1(value) << met;
    };
    add("environment", "environment", "production", true);
    add("environment", "environment", "staging", false);
    add("environment value", "environment", "production", true);
    add("recovery", "recovery", "none", true);
    add("recovery", "recovery", "unknown", true);
    add("recovery", "recovery", "recoverable", false);
    add("rows", "rows_over", "999999999", true);
    add("changed rows", "rows_over", "999999999", true);
    add("claimed rows", "rows_over", "999999999", true);
    add("bytes", "bytes_over", "999999999", true);
}

void RulingTest::unknownsCountAgainst()
{
    QFETCH(QString, what);
    QFETCH(QString, member);
    QFETCH(QString, value);
    QFETCH(bool, met);
    Measurement measured = known();
    const auto forget = [&](QStringView id) {
        factOf(measured, id).number.reset();
        factOf(measured, id).quality = Quality::Unknown;
    };
    if (what == u"environment")
        measured.environment = {QStringLiteral("staging"), Quality::Unknown, {}};
    else if (what == u"environment value")
        measured.environment = {QStringLiteral("unknown"), Quality::Measured, {}};
    else if (what == u"recovery")
        measured.recovery.verdict = Verdict::Unknown;
    else if (what == u"rows")
        forget(fact::DestroyedRows);
    else if (what == u"changed rows")
        forget(fact::ChangedRows);
    else if (what == u"claimed rows")
        factOf(measured, fact::DestroyedRows).quality = Quality::Claimed;
    else
        forget(fact::DestroyedBytes);
    const RuleWhen conditions = when(member.toLatin1().constData(), value.toLatin1().constData());
    QCOMPARE(matches(measured, conditions), met);
    // What decided without being known lifts the tier to high, whichever rule then matches, and is said.
    const Ruling ruling = rule(policyOf({ruleOf("it", conditions), ruleOf("rest", {})}), inputOf(measured));
    QCOMPARE(toString(ruling.tier), toString(Tier::High));
    QVERIFY2(ruling.because.contains(QStringLiteral("unknown")), qPrintable(ruling.because));
    // Where it decides nothing, it lifts nothing.
    QCOMPARE(toString(rule(policyOf({ruleOf("rest", {})}), inputOf(measured)).tier), toString(Tier::Low));
}

void RulingTest::boundedCounts()
{
    Measurement measured = known();
    Fact &rows = factOf(measured, fact::DestroyedRows);
    rows.number.reset();
    rows.quality = Quality::Bounded;
    rows.least = 20;
    rows.most = 40;
    QVERIFY(matches(measured, when("rows_over", "39")));
    QVERIFY(!matches(measured, when("rows_over", "40")));
    Rule tolerant = ruleOf("it", {});
    tolerant.tolerance[rows.id] = {5, false};
    const Ruling ruling = rule(policyOf({tolerant}), inputOf(measured));
    QCOMPARE(ruling.tolerances.size(), std::size_t{1});
    QCOMPARE(ruling.tolerances.front().max, std::int64_t{45});
    // Without an upper limit every threshold is exceeded, and that is said.
    rows.most.reset();
    QVERIFY(matches(measured, when("rows_over", "999999999")));
    QVERIFY(rule(policyOf({tolerant}), inputOf(measured)).tolerances.empty());
}

void RulingTest::absentCounts()
{
    Measurement measured = known();
    measured.facts.clear(); // a kind that knows no rows
    QVERIFY(!matches(measured, when("rows_over", "0")));
    QVERIFY(!matches(measured, when("bytes_over", "0")));
    measured.uninspectable = {QStringLiteral("not understood")}; // which may hide any
    QVERIFY(matches(measured, when("rows_over", "1000000")));
    QVERIFY(matches(measured, when("bytes_over", "1000000")));
}

void RulingTest::uninspectable()
{
    Measurement measured = known();
    measured.uninspectable = {QStringLiteral("a function is called")};
    for (const auto &[written, given] : {std::pair(Tier::Low, Tier::Elevated), std::pair(Tier::Elevated, Tier::High), std::pair(Tier::High, Tier::Critical), std::pair(Tier::Critical, Tier::Critical)}) {
        const Ruling ruling = rule(policyOf({ruleOf("it", {}, Mode::Hold, written)}), inputOf(measured));
        QCOMPARE(toString(ruling.tier), toString(given));
        QVERIFY(ruling.because.contains(QStringLiteral("inspected")));
    }
}

void RulingTest::nothingUnknownIsAllowed()
{
    const auto modeOf = [](const Measurement &measured, RuleWhen conditions) {
        return rule(policyOf({ruleOf("it", std::move(conditions), Mode::Allow)}), inputOf(measured)).mode;
    };
    Measurement measured = known();
    QCOMPARE(toString(modeOf(measured, {})), toString(Mode::Allow));
    measured.uninspectable = {QStringLiteral("a function is called")};
    QCOMPARE(toString(modeOf(measured, {})), toString(Mode::Hold));
    QCOMPARE(toString(modeOf(measured, when("uninspectable", "true"))), toString(Mode::Allow)); // the owner said so in as many words
    measured = known();
    measured.environment.quality = Quality::Unknown;
    QCOMPARE(toString(modeOf(measured, when("environment", "production"))), toString(Mode::Hold));
}

void RulingTest::protectedTargets()
{
    const Measurement measured = known();
    PolicyDocument policy = policyOf({ruleOf("it", {}, Mode::Allow)});
    Target target;
    target.name = QStringLiteral("prod-db");
    target.isProtected = true;
    policy.targets = {target};
    const Ruling ruling = rule(policy, inputOf(measured));
    QCOMPARE(toString(ruling.mode), toString(Mode::Forbid));
    QVERIFY(ruling.because.contains(QStringLiteral("protected")));
    policy.targets.front().isProtected = false;
    QCOMPARE(toString(rule(policy, inputOf(measured)).mode), toString(Mode::Allow));
    policy.targets.front().isProtected = true;
    RulingInput other = inputOf(measured);
    other.target = QStringLiteral("else");
    QCOMPARE(toString(rule(policy, other).mode), toString(Mode::Allow));
}

void RulingTest::protectedByWhateverName_data()
{
    QTest::addColumn<QString>("resource");
    QTest::addColumn<QString>("measuredAs");
    QTest::addColumn<QString>("reached");
    const auto row = [](const char *name, const char *resource, const char *measuredAs, const char *reached) {
        QTest::newRow(name) << QString::fromLatin1(resource) << QString::fromLatin1(measuredAs) << QString::fromLatin1(reached);
    };
    row("another name for it", "postgresql:1/x/public.t", "bookings-prod", "bookings-prod");
    row("a table of its database", "postgresql:7420/bookings/public.t", "", "bookings-prod");
    row("its database itself", "postgresql:7420/bookings/", "", "bookings-prod");
    row("a database of its server", "postgresql:7420/other/public.t", "", "");
    row("a database that begins alike", "postgresql:7420/bookings2/public.t", "", "");
    row("a server that begins alike", "postgresql:74200/bookings/public.t", "", "");
    row("a name that needs quotes", "postgresql:7420/\"Book/ings\"/public.t", "", "quoted");
    row("a file beneath its root", "/srv/prod/a/b", "", "files");
    row("its root", "/srv/prod", "", "files");
    row("what its root lies in", "/srv", "", "files");
    row("everything", "/", "", "files");
    row("a directory that begins alike", "/srv/production/a", "", "");
    row("no registered target", "postgresql:1/x/public.t", "system 1, database x", "");
    row("an unprotected target", "postgresql:1/x/public.t", "open", "");
}

void RulingTest::protectedByWhateverName()
{
    QFETCH(QString, resource);
    QFETCH(QString, measuredAs);
    QFETCH(QString, reached);
    const auto target = [](const char *name, QStringView kindName, std::optional<SqlIdentity> identity, const QStringList &roots) {
        Target made;
        made.name = QString::fromLatin1(name);
        made.kind = kindName.toString();
        made.identity = std::move(identity);
        made.roots = roots;
        made.isProtected = made.name != u"open";
        return made;
    };
    const QString system = QStringLiteral("7420");
    PolicyDocument policy = policyOf({ruleOf("it", {}, Mode::Allow)});
    policy.targets = {target("open", kind::Sql, SqlIdentity{QStringLiteral("1"), QStringLiteral("x")}, {}), target("nameless", kind::Sql, {}, {}),
                      target("bookings-prod", kind::Sql, SqlIdentity{system, QStringLiteral("bookings")}, {}),
                      target("quoted", kind::Sql, SqlIdentity{system, QStringLiteral("Book/ings")}, {}),
                      target("files", kind::Filesystem, {}, {QStringLiteral("/srv/prod")})};
    Measurement measured = known();
    measured.resources = {QStringLiteral("/home/dev/scratch"), resource};
    if (!measuredAs.isEmpty())
        measured.contradictions = {{QStringLiteral("target"), QStringLiteral("open"), measuredAs, Severity::Danger}};
    RulingInput input = inputOf(measured);
    input.target = QStringLiteral("open");
    const Ruling ruling = rule(policy, input);
    QCOMPARE(toString(ruling.mode), toString(reached.isEmpty() ? Mode::Allow : Mode::Forbid));
    QCOMPARE(ruling.because.contains(QStringLiteral("it reaches the target %1, which is protected").arg(reached)), !reached.isEmpty());
    for (Target &each : policy.targets)
        each.isProtected = false;
    QCOMPARE(toString(rule(policy, input).mode), toString(Mode::Allow));
}

void RulingTest::copiesOfAProtectedCluster_data()
{
    using Text = std::optional<QString>;
    QTest::addColumn<Text>("host");
    QTest::addColumn<Text>("certificate");
    QTest::addColumn<QString>("environment");
    QTest::addColumn<bool>("measured");
    QTest::addColumn<bool>("forbidden");
    const QString other = QStringLiteral("10.0.0.6:5432"), staging = QStringLiteral("staging"), production = QStringLiteral("production");
    QTest::newRow("elsewhere, of another environment") << Text(other) << Text() << staging << true << false;
    QTest::newRow("elsewhere, of the same environment: another way to one server") << Text(other) << Text() << production << true << true;
    QTest::newRow("in the same place") << Text(QStringLiteral("10.0.0.5:5432")) << Text() << staging << true << true;
    QTest::newRow("nothing tells it") << Text() << Text() << staging << true << true;
    QTest::newRow("another certificate") << Text(other) << Text(QStringLiteral("b")) << production << true << false;
    QTest::newRow("elsewhere with the same certificate") << Text(other) << Text(QStringLiteral("a")) << staging << true << true;
    QTest::newRow("only configured") << Text(other) << Text() << staging << false << true;
}

/// A snapshot has the resources of what it was taken from. Only what is known to be another server is not protected with it.
void RulingTest::copiesOfAProtectedCluster()
{
    QFETCH(std::optional<QString>, host);
    QFETCH(std::optional<QString>, certificate);
    QFETCH(QString, environment);
    QFETCH(bool, measured);
    QFETCH(bool, forbidden);
    const SqlIdentity original{QStringLiteral("7420"), QStringLiteral("bookings"), QStringLiteral("10.0.0.5:5432"), QStringLiteral("a"), {}};
    PolicyDocument policy = policyOf({ruleOf("it", {}, Mode::Hold)});
    for (const bool isCopy : {false, true}) {
        Target target;
        target.name = isCopy ? QStringLiteral("copy") : QStringLiteral("original");
        target.kind = kind::Sql.toString();
        target.environment = isCopy ? environment : QStringLiteral("production");
        target.identity = original;
        target.isProtected = !isCopy;
        if (isCopy) {
            target.identity->host = host;
            target.identity->certificate = certificate;
        }
        policy.targets.push_back(target);
    }
    Measurement seen = known();
    seen.resources = {QStringLiteral("postgresql:7420/bookings/public.bookings")};
    seen.environment = {environment, measured ? Quality::Measured : Quality::Configured, QStringLiteral("by its identity")};
    RulingInput input = inputOf(seen);
    input.target = QStringLiteral("copy");
    QCOMPARE(toString(rule(policy, input).mode), toString(forbidden ? Mode::Forbid : Mode::Hold));
}

void RulingTest::answersAsFarAsRegistered()
{
    const QString one = QStringLiteral("1"), other = QStringLiteral("2");
    const SqlIdentity registered{one, one, one, one, one};
    QVERIFY(answersTo(registered, registered));
    for (auto member : {&SqlIdentity::system, &SqlIdentity::database}) {
        SqlIdentity live = registered;
        live.*member = other;
        QVERIFY(!answersTo(live, registered));
        QVERIFY(!answersTo(live, {one, one})); // these two are always registered
    }
    for (auto member : {&SqlIdentity::host, &SqlIdentity::certificate, &SqlIdentity::timeline}) {
        SqlIdentity live = registered;
        for (const std::optional<QString> &is : {std::optional(other), std::optional<QString>()}) {
            live.*member = is;
            QVERIFY(!answersTo(live, registered));
            QVERIFY(answersTo(live, {one, one})); // what was not registered is not asked for
        }
    }
}

void RulingTest::rulesKnowTheMeasuredTarget()
{
    Measurement measured = known();
    const PolicyDocument policy = policyOf({ruleOf("staging", when("target", "staging"), Mode::Allow), ruleOf("prod", when("target", "prod"), Mode::Forbid)});
    RulingInput input = inputOf(measured);
    input.target = QStringLiteral("staging");
    QCOMPARE(rule(policy, input).rule.id, QStringLiteral("staging"));
    // A label loosens nothing: what was measured decides which rule is meant.
    measured.contradictions = {{QStringLiteral("target"), QStringLiteral("staging"), QStringLiteral("prod"), Severity::Danger}};
    QCOMPARE(rule(policy, input).rule.id, QStringLiteral("prod"));
    measured.contradictions.front().measured = QStringLiteral("system 1, database x");
    QCOMPARE(rule(policy, input).rule.id, QStringLiteral("no-rule-matched"));
}

void RulingTest::whatIsNeverPerformed()
{
    Measurement measured = known();
    const auto ruled = [&](Mode mode) { return rule(policyOf({ruleOf("it", {}, mode)}), inputOf(measured)); };
    QCOMPARE(toString(ruled(Mode::Hold).mode), toString(Mode::Hold));
    Fact stop = measured.facts.front();
    stop.id = fact::Stop.toString();
    stop.value = QStringLiteral("/srv is a mount point");
    measured.facts.push_back(stop);
    for (const Mode mode : {Mode::Hold, Mode::Allow, Mode::Forbid}) {
        QCOMPARE(toString(ruled(mode).mode), toString(Mode::Forbid));
        QVERIFY(ruled(mode).because.endsWith(QStringLiteral("it is never performed: /srv is a mount point.")));
    }
    // A person may do himself what the gate does not.
    QCOMPARE(toString(ruled(Mode::Propose).mode), toString(Mode::Propose));
    QVERIFY(!ruled(Mode::Propose).because.contains(QStringLiteral("never performed")));
}

void RulingTest::policyRequests()
{
    const Measurement measured = known();
    RulingInput input = inputOf(measured);
    input.kind = QStringLiteral("policy");
    input.target = QStringLiteral("policy");
    const Ruling plain = rule(PolicyDocument{}, input);
    QCOMPARE(toString(plain.mode), toString(Mode::Hold));
    QCOMPARE(toString(plain.tier), toString(Tier::Critical));
    QVERIFY(!plain.rule.sponsorMayApprove);
    Rule own = ruleOf("own-policy", when("kind", "policy"), Mode::Hold, Tier::High);
    own.sponsorMayApprove = true;
    QVERIFY(rule(policyOf({own}), input).rule.sponsorMayApprove);
    // No rule lets a change of the rules pass unseen.
    QCOMPARE(toString(rule(policyOf({ruleOf("all", {}, Mode::Allow)}), input).mode), toString(Mode::Hold));
    QCOMPARE(toString(rule(policyOf({ruleOf("all", {}, Mode::Forbid)}), input).mode), toString(Mode::Forbid));
    // A target that happens to be called policy protects nothing here.
    PolicyDocument policy;
    Target target;
    target.name = QStringLiteral("policy");
    target.isProtected = true;
    policy.targets = {target};
    QCOMPARE(toString(rule(policy, input).mode), toString(Mode::Hold));
}

void RulingTest::nothingMeasured()
{
    const Measurement measured = known();
    RulingInput input = inputOf(measured);
    input.measured = nullptr;
    const Ruling ruling = rule(policyOf({ruleOf("it", {}, Mode::Allow)}), input);
    QCOMPARE(toString(ruling.mode), toString(Mode::Hold));
    QCOMPARE(toString(ruling.tier), toString(Tier::Elevated));
    QVERIFY(ruling.because.contains(QStringLiteral("production")));
}

void RulingTest::tolerances_data()
{
    QTest::addColumn<qint64>("number");
    QTest::addColumn<qint64>("amount");
    QTest::addColumn<bool>("perCent");
    QTest::addColumn<qint64>("max");
    const auto add = [](qint64 number, qint64 amount, bool perCent, qint64 max) {
        QTest::addRow("%lld by %lld%s", number, amount, perCent ? " hundredths of a per cent" : "") << number << amount << perCent << max;
    };
    add(1000, 0, false, 1000);
    add(1000, 25, false, 1025);
    add(1000, 100, true, 1010);
    add(1000, 150, true, 1015);
    add(99, 100, true, 99); // floor
    add(199, 100, true, 200);
    add(0, 10000, true, 0);
    add(7, 10000, true, 14);
    add((qint64{1} << 53) - 1, 100, true, (qint64{1} << 53) - 1); // no number is larger
    add((qint64{1} << 53) - 1, 5, false, (qint64{1} << 53) - 1);
    add(123'456'789'012'345, 100, true, 123'456'789'012'345 + 1'234'567'890'123);
    add(1000, -5, false, 1000); // never below what was approved
}

void RulingTest::tolerances()
{
    QFETCH(qint64, number);
    QFETCH(qint64, amount);
    QFETCH(bool, perCent);
    QFETCH(qint64, max);
    Measurement measured = known();
    factOf(measured, fact::DestroyedRows).number = number;
    Rule it = ruleOf("it", {});
    it.tolerance = {{fact::DestroyedRows.toString(), {amount, perCent}}, {QStringLiteral("absent.fact"), {5, false}}, {fact::BackupNewest.toString(), {5, false}}};
    const Ruling ruling = rule(policyOf({it}), inputOf(measured));
    QCOMPARE(ruling.tolerances.size(), std::size_t{1}); // neither what is absent nor what has no number
    QCOMPARE(ruling.tolerances.front().fact, fact::DestroyedRows.toString());
    QCOMPARE(qint64{ruling.tolerances.front().max}, max);
}

void RulingTest::between_data()
{
    QTest::addColumn<QString>("from");
    QTest::addColumn<QString>("to");
    QTest::addColumn<QString>("at");
    QTest::addColumn<bool>("met");
    const auto add = [](const char *from, const char *to, const char *at, bool met) {
        QTest::addRow("%s in %s-%s", at, from, to) << QString::fromLatin1(from) << QString::fromLatin1(to) << QStringLiteral("2026-11-22T%1Z").arg(QLatin1StringView(at)) << met;
    };
    add("09:00", "17:00", "09:00:00.000", true);
    add("09:00", "17:00", "16:59:59.999", true);
    add("09:00", "17:00", "17:00:00.000", false);
    add("09:00", "17:00", "08:59:59.999", false);
    add("22:00", "06:00", "23:30:00.000", true);
    add("22:00", "06:00", "05:59:59.999", true);
    add("22:00", "06:00", "06:00:00.000", false);
    add("22:00", "06:00", "12:00:00.000", false);
    add("10:00", "10:00", "10:00:00.000", false);
    add("nine", "17:00", "12:00:00.000", false);
}

void RulingTest::between()
{
    QFETCH(QString, from);
    QFETCH(QString, to);
    QFETCH(QString, at);
    QFETCH(bool, met);
    const Measurement measured = known();
    RulingInput input = inputOf(measured);
    input.at = parseInstant(at).value();
    RuleWhen conditions;
    conditions.between = std::pair(from, to);
    QCOMPARE(rule(policyOf({ruleOf("it", conditions)}), input).rule.id == u"it", met);
}

void RulingTest::globs_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("met");
    const auto add = [](const char *pattern, const char *text, bool met) { QTest::addRow("'%s' '%s'", pattern, text) << QString::fromLatin1(pattern) << QString::fromLatin1(text) << met; };
    add("", "", true);
    add("", "a", false);
    add("*", "", true);
    add("*", "anything", true);
    add("a*c", "abbc", true);
    add("a*c", "abcd", false);
    add("*a*b*", "xaxxbx", true);
    add("**", "x", true);
    add("a?c", "abc", false); // only the star is special
    add("a.c", "abc", false);
    add("[a]", "a", false);
    add("database.*", "database.", true);
    add("database.*", "databases.x", false);
    add("*aab", "aaaab", true);
}

void RulingTest::globs()
{
    QFETCH(QString, pattern);
    QFETCH(QString, text);
    QFETCH(bool, met);
    QCOMPARE(globMatches(pattern, text), met);
    // A pattern of many stars ends at once on a long text.
    QVERIFY(!globMatches(QStringLiteral("*a").repeated(30) + u'b', QString(5000, u'a')));
}

QTEST_GUILESS_MAIN(RulingTest)
#include "ruling_test.moc"
