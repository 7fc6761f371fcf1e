// SPDX-License-Identifier: Apache-2.0
#include "gate/server/handshake.h"

#include <algorithm>

namespace holdfast {

namespace {

bool isOurs(const QByteArrayList &hosts, const HandshakeRules &rules)
{
    if (hosts.size() != 1)
        return false;
    const QString host = QString::fromLatin1(hosts.front());
    const QString port = QStringLiteral(":%1").arg(rules.port);
    const QStringList own = {QStringLiteral("127.0.0.1") + port, QStringLiteral("localhost") + port, QStringLiteral("[::1]") + port};
    return own.contains(host, Qt::CaseInsensitive) || rules.hosts.contains(host, Qt::CaseInsensitive);
}

/// Programs send no Origin; a browser always does.
bool isAllowed(const QByteArrayList &origins, const HandshakeRules &rules)
{
    return origins.isEmpty() || (origins.size() == 1 && rules.origins.contains(QString::fromLatin1(origins.front())));
}

bool asksForOurs(const QByteArrayList &protocols)
{
    return std::any_of(protocols.begin(), protocols.end(), [](const QByteArray &list) {
        const QByteArrayList names = list.split(',');
        return std::any_of(names.begin(), names.end(), [](const QByteArray &name) { return name.trimmed() == "holdfast.v1"; });
    });
}

} // namespace

unsigned refusalOf(const Handshake &handshake, const HandshakeRules &rules)
{
    // Host and Origin first: a page that has no business here learns nothing else.
    if (!isOurs(handshake.hosts, rules) || !isAllowed(handshake.origins, rules))
        return 403;
    if (handshake.target != "/v1")
        return 404;
    if (!handshake.upgrade)
        return 426;
    return asksForOurs(handshake.protocols) ? 0 : 400;
}

} // namespace holdfast
