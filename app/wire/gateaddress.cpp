// SPDX-License-Identifier: Apache-2.0
#include "wire/gateaddress.h"

#include "core/reader.h"
#include "core/userdirectory.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QSaveFile>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <limits>

namespace holdfast {

namespace {

constexpr std::int64_t largestPid = std::numeric_limits<pid_t>::max();

bool isLoopback(const QString &host)
{
    static const QRegularExpression four(QStringLiteral("^127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}$"));
    return host == u"localhost" || host == u"::1" || four.match(host).hasMatch();
}

Failure<QString> fail(const QString &path, const QString &what)
{
    return Failure{QStringLiteral("%1: %2").arg(path, what)};
}

} // namespace

bool isGateUrl(const QUrl &url)
{
    if (!url.isValid() || url.path() != u"/v1" || url.hasQuery() || url.hasFragment() || !url.userInfo().isEmpty() || url.host().isEmpty())
        return false;
    return url.scheme() == u"wss" || (url.scheme() == u"ws" && isLoopback(url.host()));
}

QString GateAddress::toString() const
{
    return url.toString() + u'#' + key.toString();
}

std::optional<GateAddress> GateAddress::parse(QStringView text)
{
    const qsizetype hash = text.indexOf(u'#');
    if (hash < 0)
        return std::nullopt;
    const auto key = VerifierKey::parse(text.sliced(hash + 1));
    const QUrl url(text.first(hash).toString(), QUrl::StrictMode);
    if (!key || !isGateUrl(url))
        return std::nullopt;
    return GateAddress{url, *key};
}

QString GateFile::defaultPath()
{
    return userData() + QStringLiteral("/gate/gate.json");
}

QString GateFile::beside(const QString &store)
{
    return QFileInfo(store).absolutePath() + QStringLiteral("/gate.json");
}

bool GateFile::isOfRunning() const
{
    return pid > 0 && (::kill(static_cast<pid_t>(pid), 0) == 0 || errno != ESRCH);
}

Result<GateFile, QString> GateFile::read(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return fail(path, file.errorString());
    struct stat info{};
    if (::fstat(file.handle(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_uid != ::geteuid() || (info.st_mode & 077) != 0)
        return fail(path, QStringLiteral("a file of this user with mode 600 was expected"));
    const auto json = parseJson(file.read(64LL * 1024));
    if (!json)
        return fail(path, json.error().sentence());
    ObjectReader reader(*json);
    const QUrl url(reader.text(u"url"), QUrl::StrictMode);
    GateFile gate{{url, reader.key(u"key")}, reader.key(u"ledger_key"), reader.key(u"perform_key"), reader.integer(u"pid", 1, largestPid),
                  reader.boolean(u"awaits_owner")};
    if (const auto error = reader.finish())
        return fail(path, error->sentence());
    if (!isGateUrl(url))
        return fail(path, QStringLiteral("$.url: ws:// on loopback or wss://, path /v1, was expected"));
    return gate;
}

bool GateFile::write(const QString &path) const
{
    const QByteArray bytes = JsonBuilder()
                                 .add(QStringLiteral("url"), address.url.toString())
                                 .add(QStringLiteral("key"), address.key.toString())
                                 .add(QStringLiteral("ledger_key"), ledgerKey.toString())
                                 .add(QStringLiteral("perform_key"), performKey.toString())
                                 .add(QStringLiteral("pid"), pid)
                                 .add(QStringLiteral("awaits_owner"), awaitsOwner)
                                 .build()
                                 .toBytes();
    const QString directory = QFileInfo(path).absolutePath();
    constexpr auto owner = QFile::ReadOwner | QFile::WriteOwner;
    if (!QFileInfo::exists(directory) && (!QDir().mkpath(directory) || !QFile::setPermissions(directory, owner | QFile::ExeOwner)))
        return false;
    QSaveFile file(path);
    return file.open(QIODevice::WriteOnly) && file.setPermissions(owner) && file.write(bytes) == bytes.size() && file.commit();
}

} // namespace holdfast
