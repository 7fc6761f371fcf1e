// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace holdfast {

// Where a server is, as an `identity` of the policy document writes it: the far end of a connection of our own, not the server's word.

/// `unix:<path> uid <uid> machine <mark>`: a socket of this machine, and whose process listens there.
[[nodiscard]] QString unixPlace(const QString &path, unsigned uid);

/// `<address>:<port>`, of loopback with ` machine <mark>`. `claimed` is the server's own word for its end; where it differs, something stands
/// in between (a tunnel, a proxy, address translation), and it is added as ` as <claimed>`.
[[nodiscard]] QString tcpPlace(const QString &address, quint16 port, bool loopback, const QString &claimed);

} // namespace holdfast
