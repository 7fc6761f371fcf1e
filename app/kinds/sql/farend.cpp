// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/farend.h"

#include "core/digest.h"
#include "core/serverplace.h"

#include <QDir>

#include <libpq-fe.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <memory>

namespace holdfast::sql {

namespace {

/// The path that we connected to, links resolved: what the server bound it as is the server's word.
QString unixHost(const PgConnection &db)
{
    ucred peer{};
    socklen_t size = sizeof(peer);
    if (getsockopt(PQsocket(db.raw()), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return {};
    const QString directory = QDir(db.host()).canonicalPath();
    return directory.isEmpty() ? QString() : unixPlace(QStringLiteral("%1/.s.PGSQL.%2").arg(directory, QString::fromUtf8(PQport(db.raw()))), peer.uid);
}

} // namespace

QString hostOf(const PgConnection &db, const QString &claimed)
{
    sockaddr_storage peer{};
    socklen_t size = sizeof(peer);
    if (getpeername(PQsocket(db.raw()), reinterpret_cast<sockaddr *>(&peer), &size) != 0)
        return {};
    if (peer.ss_family == AF_UNIX)
        return unixHost(db);
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    if (getnameinfo(reinterpret_cast<const sockaddr *>(&peer), size, host.data(), host.size(), port.data(), port.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return {};
    const QString address = QString::fromLatin1(host.data());
    const bool loopback = address.startsWith(QLatin1StringView("127.")) || address == QLatin1StringView("::1");
    return tcpPlace(address, QString::fromLatin1(port.data()).toUShort(), loopback, claimed);
}

QString certificateOf(const PgConnection &db)
{
    auto *tls = static_cast<SSL *>(PQsslStruct(db.raw(), "OpenSSL"));
    const std::unique_ptr<X509, decltype(&X509_free)> leaf(tls ? SSL_get1_peer_certificate(tls) : nullptr, X509_free);
    unsigned char *der = nullptr;
    const int size = leaf ? i2d_X509(leaf.get(), &der) : 0;
    if (size <= 0)
        return {};
    const Digest digest = sha256(QByteArray(reinterpret_cast<const char *>(der), size));
    OPENSSL_free(der);
    return digest.toString();
}

} // namespace holdfast::sql
