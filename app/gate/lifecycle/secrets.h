// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/request.h"

#include <map>

namespace holdfast {

/// Where in a request a secret is recognised (`$.action.statements`), or nothing. Looks for forms that cannot be anything else:
/// private keys, tokens of known services, passwords in connection strings and assignments. A short list on purpose: what it
/// does not know passes, what it knows is never a false alarm in ordinary SQL.
[[nodiscard]] std::optional<QString> whereSecret(const Json &payload, const Request &request, const std::map<Digest, QByteArray> &blobs);

/// `text` with every recognised secret replaced by `[secret masked]`.
[[nodiscard]] QByteArray maskSecrets(const QByteArray &text);

} // namespace holdfast
