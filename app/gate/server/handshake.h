// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArrayList>
#include <QStringList>

namespace holdfast {

/// The opening request of a client: each header's values as sent, one per occurrence.
struct Handshake final
{
    QByteArray target; ///< path and query
    bool upgrade = false; ///< a well-formed GET that asks for a WebSocket
    QByteArrayList hosts, origins, protocols;
};

struct HandshakeRules final
{
    QStringList hosts, origins;
    quint16 port = 0;
};

/// The HTTP status with which the request is refused, or 0 (protocol 3.1: path, Host, Origin, subprotocol).
[[nodiscard]] unsigned refusalOf(const Handshake &handshake, const HandshakeRules &rules);

} // namespace holdfast
