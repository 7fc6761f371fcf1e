// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/sql/connection.h"

namespace holdfast::sql {

/// Where the far end of the connection is, asked of the kernel: the peer's address, or the socket's path and the uid behind it. `claimed`
/// is `address:port` as the server says, empty over a unix socket. Empty when the kernel does not say.
[[nodiscard]] QString hostOf(const PgConnection &db, const QString &claimed);

/// Digest of the certificate that the server proved to hold, in DER; empty without TLS.
[[nodiscard]] QString certificateOf(const PgConnection &db);

} // namespace holdfast::sql
