// SPDX-License-Identifier: Apache-2.0
#include "core/policy/denial.h"
#include "core/policy/resourcename.h"

#include "core/samples.h"

#include <QTest>

#include <random>

using namespace holdfast;
using namespace Qt::StringLiterals;

/// What a denial covers: gate and verifier ask the same function.
class DenialTest final : public QObject
{
    Q_OBJECT

private:
    static DeniedTerms denied(Decision::Scope scope, QStringList resources)
    {
        return {scope, u"sam"_s, u"db"_s, u"sql"_s, sha256("one"), u"database.delete"_s, std::move(resources)};
    }

    static bool isCovered(const DeniedTerms &denial, const Measurement &measured, const QByteArray &action = "another", const QString &target = u"db"_s)
    {
        return covers(denial, {u"sam"_s, target, u"sql"_s, sha256(action), &measured});
    }

    static Measurement about(QStringList resources)
    {
        Measurement m = samples::measurement();
        m.operation = u"database.update"_s;
        m.resources = std::move(resources);
        m.uninspectable.clear();
        return m;
    }

private Q_SLOTS:
    void whatLiesInIt_data()
    {
        QTest::addColumn<QString>("a");
        QTest::addColumn<QString>("b");
        QTest::addColumn<bool>("touching");
        const auto row = [](const char *name, const QString &a, const QString &b, bool is) { QTest::newRow(name) << a << b << is; };
        row("the same", u"/srv/a"_s, u"/srv/a"_s, true);
        row("a slash at the end", u"/srv/a/"_s, u"/srv/a"_s, true);
        row("within", u"/srv/a/b/c"_s, u"/srv/a"_s, true);
        row("the root", u"/"_s, u"/srv/a"_s, true);
        row("beside", u"/srv/ab"_s, u"/srv/a"_s, false);
        row("a name with a quote", u"/srv/\"a/b"_s, u"/srv/\"a"_s, true);
        row("a table in a database", u"postgresql:7/shop/public.users"_s, u"postgresql:7/shop/"_s, true);
        row("a table in a system", u"postgresql:7/shop/public.users"_s, u"postgresql:7"_s, true);
        row("a table in a schema", u"postgresql:7/shop/public.users"_s, u"postgresql:7/shop/public"_s, true);
        row("a column in a table", u"postgresql:7/shop/public.users.name"_s, u"postgresql:7/shop/public.users"_s, true);
        row("another table", u"postgresql:7/shop/public.users2"_s, u"postgresql:7/shop/public.users"_s, false);
        row("another database", u"postgresql:7/shop2/public.users"_s, u"postgresql:7/shop"_s, false);
        row("a quoted dot", u"postgresql:7/shop/\"public.users\".t"_s, u"postgresql:7/shop/public"_s, false);
        row("a quoted slash", u"postgresql:7/\"a/b\"/public.t"_s, u"postgresql:7/\"a"_s, false);
        row("another form", u"program /bin/rm"_s, u"/bin/rm"_s, false);
        row("a reference", u"https://git.example/x refs/heads/main"_s, u"https://git.example/x refs/heads/main"_s, true);
    }

    void whatLiesInIt()
    {
        QFETCH(QString, a);
        QFETCH(QString, b);
        QFETCH(bool, touching);
        QCOMPARE(touch(a, b), touching);
        QCOMPARE(touch(b, a), touching);
        QCOMPARE(touch(QStringList{u"/elsewhere"_s, a}, QStringList{b, u"/nowhere"_s}), touching);
        QCOMPARE(isCovered(denied(Decision::Scope::Resource, {b}), about({a})), touching);
    }

    void listsAreComparedAsEachWithEach()
    {
        std::mt19937 random(20261127);
        const auto path = [&] {
            QString made;
            const unsigned depth = 1 + random() % 4;
            for (unsigned i = 0; i < depth; ++i)
                made += u"/%1"_s.arg(random() % 3);
            return made;
        };
        for (int round = 0; round < 2000; ++round) {
            QStringList a, b;
            for (unsigned i = 0; i < 1 + random() % 3; ++i)
                a.append(path());
            for (unsigned i = 0; i < 1 + random() % 3; ++i)
                b.append(path());
            bool any = false;
            for (const QString &x : a)
                for (const QString &y : b)
                    any = any || touch(x, y);
            QVERIFY2(touch(a, b) == any, qPrintable(a.join(u' ') + u" | "_s + b.join(u' ')));
        }
    }

    void scopes()
    {
        const QStringList table{u"postgresql:7/shop/public.users"_s};
        QVERIFY(!isCovered(denied(Decision::Scope::This, table), about(table))); // another operation
        QVERIFY(isCovered(denied(Decision::Scope::This, table), about(table), "one"));
        Measurement same = about(table);
        same.operation = u"database.delete"_s;
        QVERIFY(isCovered(denied(Decision::Scope::This, table), same));
        QVERIFY(!isCovered(denied(Decision::Scope::This, table), same, "another", u"other-db"_s));
        QVERIFY(isCovered(denied(Decision::Scope::Resource, table), about(table), "another", u"other-db"_s));
        QVERIFY(isCovered(denied(Decision::Scope::Class, {}), same));
        QVERIFY(!isCovered(denied(Decision::Scope::Class, {}), about(table)));
        QVERIFY(isCovered(denied(Decision::Scope::Class, {}), about({}), "one"));
        const Asked unmeasured{u"sam"_s, u"db"_s, u"sql"_s, sha256("one"), nullptr};
        QVERIFY(covers(denied(Decision::Scope::This, {}), unmeasured));
        QVERIFY(!covers(denied(Decision::Scope::Resource, table), unmeasured));
        Asked other = unmeasured;
        other.person = u"kim"_s;
        QVERIFY(!covers(denied(Decision::Scope::This, {}), other));
    }

    void whatWasNotUnderstoodMightBeIt()
    {
        Measurement unread = about({u"elsewhere"_s});
        unread.uninspectable = {u"a function that nobody read"_s};
        for (const auto scope : {Decision::Scope::This, Decision::Scope::Resource, Decision::Scope::Class}) {
            QVERIFY(isCovered(denied(scope, {u"postgresql:7/shop/public.users"_s}), unread));
            QVERIFY(!isCovered(denied(scope, {u"postgresql:7/shop/public.users"_s}), unread, "another", u"other-db"_s));
        }
    }
};

QTEST_GUILESS_MAIN(DenialTest)
#include "denial_test.moc"
