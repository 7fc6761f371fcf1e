// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/postgresclient.h"

#include "core/text/secrets.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <memory>

namespace holdfast {

namespace {

constexpr qsizetype longestOffered = 400;

/// libpq 15: what it takes when a target's url leaves it out.
constexpr QStringView defaultPort = u"5432";

using Conninfo = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

Conninfo parseConninfo(const QString &text)
{
    return {PQconninfoParse(text.toUtf8().constData(), nullptr), &PQconninfoFree};
}

/// As psql and libpq tell a connection string from a name.
bool isConninfo(const QString &text)
{
    return text.contains(u'=') || text.startsWith(u"postgresql://") || text.startsWith(u"postgres://");
}

QString *memberFor(Destination &destination, QByteArrayView keyword)
{
    if (keyword == "host")
        return &destination.host;
    if (keyword == "port")
        return &destination.port;
    if (keyword == "dbname")
        return &destination.database;
    return keyword == "user" ? &destination.user : nullptr;
}

void takeConninfo(Destination &destination, const QString &text)
{
    const Conninfo options = parseConninfo(text);
    if (!options)
        destination.unclear.append(QStringLiteral("libpq does not understand the connection string"));
    for (const auto *option = options.get(); option != nullptr && option->keyword != nullptr; ++option) {
        const QByteArrayView keyword(option->keyword);
        if (option->val == nullptr || keyword == "password")
            continue;
        if (auto *member = memberFor(destination, keyword))
            take(*member, QString::fromUtf8(option->val));
        else
            destination.unclear.append(QStringLiteral("the connection string sets %1").arg(QString::fromUtf8(option->keyword)));
    }
}

void takeVariable(Destination &destination, const QByteArray &name, const QString &value)
{
    static const std::array<std::pair<QByteArrayView, QString Destination::*>, 4> mirrored{
        std::pair{QByteArrayView("PGHOST"), &Destination::host}, std::pair{QByteArrayView("PGPORT"), &Destination::port},
        std::pair{QByteArrayView("PGDATABASE"), &Destination::database}, std::pair{QByteArrayView("PGUSER"), &Destination::user}};
    const auto known = std::find_if(mirrored.begin(), mirrored.end(), [&](const auto &each) { return each.first == name; });
    if (known != mirrored.end())
        take(destination.*known->second, value);
    else if (name != "PGPASSWORD" && name != "PGPASSFILE" && (name.startsWith("PG") || name.startsWith("PSQL") || name == "POSIXLY_CORRECT"))
        destination.unclear.append(QStringLiteral("the variable %1 is passed on, and changes what the client does").arg(QString::fromUtf8(name)));
}

/// One word of a shell.
QString quoted(const QString &text)
{
    return u'\'' + QString(text).replace(u'\'', QStringLiteral("'\\''")) + u'\'';
}

QString offer(const Request &request, const QString &statements)
{
    const QString text = statements.size() > longestOffered ? QStringLiteral("-f -") : quoted(statements.trimmed());
    return QStringLiteral("hold sql --target %1 %2").arg(quoted(request.target), QString::fromUtf8(maskSecrets(text.toUtf8())));
}

/// Why the client would not log in as the gate does for that target; empty: it is the same user.
QString whyAnotherLogin(const Destination &destination, const Target &target, const QString &systemUser)
{
    Destination there;
    takeConninfo(there, target.url);
    const QString user = destination.user.isEmpty() ? systemUser : destination.user;
    if (there.user.isEmpty())
        return QStringLiteral("the target %1 names no user to compare with %2").arg(target.name, user);
    return user == there.user ? QString() : QStringLiteral("it logs in as %1, the target %2 as %3").arg(user, target.name, there.user);
}

Request requestFor(const Target &target, const QString &statements, const MeasureInput &input)
{
    Request request = *input.request;
    request.kind = kind::Sql.toString();
    request.target = target.name;
    request.action = SqlAction{statements, std::nullopt};
    return request;
}

Understanding notMeasured(const Destination &destination, const QStringList &reasons, const MeasureInput &input)
{
    const QString &why = reasons.front();
    Understanding result;
    auto &m = result.inner.measurement;
    m.operation = QStringLiteral("database.opaque");
    m.resources = {QStringLiteral("postgresql:%1:%2/%3").arg(destination.host, destination.port, destination.database)};
    m.environment = {QStringLiteral("unknown"), Quality::Unknown, why};
    m.facts.push_back({fact::DestroyedRows.toString(), QStringLiteral("rows destroyed"), QStringLiteral("unknown"), std::nullopt, QStringLiteral("rows"), Quality::Unknown, why, input.at, Severity::Danger});
    m.recovery.how = why;
    m.uninspectable = reasons;
    m.confirmText = destination.database;
    return result;
}

} // namespace

QString Destination::text() const
{
    const auto named = [](const QString &value) { return value.isEmpty() ? QStringLiteral("(not named)") : value; };
    return QStringLiteral("%1 on %2, port %3").arg(named(database), named(host), named(port));
}

void take(QString &into, const QString &value)
{
    if (!value.isEmpty())
        into = value;
}

Destination destinationFrom(const CommandPlan &plan)
{
    Destination destination;
    for (const auto &entry : plan.environment) {
        const auto equals = entry.indexOf('=');
        takeVariable(destination, entry.first(equals), QString::fromUtf8(entry.sliced(equals + 1)));
    }
    return destination;
}

void takeDatabase(Destination &destination, const QString &text)
{
    if (isConninfo(text))
        takeConninfo(destination, text);
    else
        take(destination.database, text);
}

const Target *targetAt(const Destination &destination, const std::vector<Target> *targets)
{
    if (targets == nullptr || !destination.isNamed())
        return nullptr;
    const auto found = std::find_if(targets->begin(), targets->end(), [&](const Target &target) {
        Destination there;
        there.port = defaultPort.toString();
        if (target.kind == kind::Sql)
            takeConninfo(there, target.url);
        return there.isNamed() && there.host == destination.host && there.port == destination.port && there.database == destination.database;
    });
    return found == targets->end() ? nullptr : &*found;
}

Understanding measureSent(const QString &statements, const Destination &destination, QStringList reasons, const CommandPlan &plan, const MeasureInput &input)
{
    reasons += destination.unclear;
    const Target *registered = targetAt(destination, input.targets);
    if (registered == nullptr || !input.measureAs) {
        const QString where = destination.isNamed() ? QStringLiteral("which is no registered target: nothing there was measured") : QStringLiteral("and finds the rest by itself: nothing there was measured");
        return notMeasured(destination, QStringList{QStringLiteral("it connects to %1, %2").arg(destination.text(), where)} + reasons, input);
    }
    Request request = requestFor(*registered, statements, input);
    auto measured = input.measureAs(request);
    if (!measured) {
        auto refused = notMeasured(destination, {QStringLiteral("it connects to the registered target %1").arg(registered->name)}, input);
        refused.stops = {QStringLiteral("%1 would reach the target %2, and %3. Ask for that itself: %4").arg(plan.name, registered->name, measured.error(), offer(request, statements))};
        refused.reaches = registered->name;
        return refused;
    }
    if (const QString other = whyAnotherLogin(destination, *registered, plan.userName); !other.isEmpty())
        reasons.append(other);
    if (const Fact *never = measured->measurement.fact(fact::Stop))
        reasons.append(QStringLiteral("the gate would not send this itself: %1").arg(never->value));
    Understanding understanding = reasons.isEmpty() ? Understanding{} : notMeasured(destination, reasons, input);
    understanding.reaches = registered->name;
    if (reasons.isEmpty()) {
        understanding.inner = std::move(*measured);
        // A live table moves without drifting: its facts are what is compared.
        understanding.inner.measurement.fingerprint = sha256(statements.toUtf8());
        understanding.performedAs = std::move(request);
    } else {
        understanding.inner.measurement.environment = measured->measurement.environment;
        understanding.inner.measurement.resources = measured->measurement.resources;
        understanding.inner.measurement.confirmText = measured->measurement.confirmText;
    }
    return understanding;
}

} // namespace holdfast
