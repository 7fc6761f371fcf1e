// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/gateconfig.h"

namespace holdfast {

/// The rules of the embedded default (resources/policy/default.toml).
[[nodiscard]] QByteArray defaultPolicy();

/// A gate.toml: the [gate] table, then `policy` as it is. Paths are written as they stand in `local`.
[[nodiscard]] QByteArray gateToml(const GateLocal &local, QByteArrayView policy);

/// `toml` with one more block. New actors and targets go before the first [[rule]]; everything else, comments included, stays byte for
/// byte. An actor is written with its keys, or, where it has none, with `invite = mark`.
[[nodiscard]] QByteArray withActor(QByteArrayView toml, const Actor &actor);
[[nodiscard]] QByteArray withTarget(QByteArrayView toml, const Target &target);
/// The `invite` line of the actor replaced or added; Missing when no such actor is written.
[[nodiscard]] Result<QByteArray, ConfigError> withInvite(QByteArrayView toml, const QString &actor, const QString &mark);
/// Only the block that the two writers make, without a blank line before it.
[[nodiscard]] QByteArray actorBlock(const Actor &actor);
[[nodiscard]] QByteArray targetBlock(const Target &target);

/// Replaces the policy part of `file` on disk, atomically, 0600; the part before it stays byte for byte.
[[nodiscard]] Result<Done, ConfigError> rewritePolicy(const QString &file, QByteArrayView policy);
/// Writes a new file, atomically, 0600.
[[nodiscard]] Result<Done, ConfigError> writeConfig(const QString &file, QByteArrayView bytes);

} // namespace holdfast
