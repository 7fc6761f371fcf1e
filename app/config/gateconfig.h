// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/policyreader.h"

#include <QStringList>

#include <chrono>

namespace holdfast {

/// The [gate] table: what is local to one process. Relative paths are resolved against the file's directory.
struct GateLocal final
{
    QString name; ///< `pocketos.example/gate`
    QString address = QStringLiteral("127.0.0.1"); ///< loopback only
    quint16 port = 0; ///< 0 picks one
    QString store = QStringLiteral("gate.db"); ///< SQLite file
    QString key = QStringLiteral("gate.key");
    QString ledgerKey = QStringLiteral("gate-ledger.key"); ///< beside `key` unless written
    QString performKey = QStringLiteral("gate-perform.key");
    QStringList hosts, origins;
    std::chrono::seconds measureWithin{180}; ///< after which a measuring process is ended
};

/// A whole gate.toml.
struct GateConfig final
{
    QString file;
    GateLocal local; ///< paths absolute
    QByteArray policyToml; ///< exact bytes from the first line that begins with `[[` to the end
    int policyLine = 1; ///< of that line in the file
    PolicyDocument policy;
};

[[nodiscard]] Result<GateConfig, ConfigError> readGateConfig(const QString &file);
/// `file` gives the directory that relative paths refer to.
[[nodiscard]] Result<GateConfig, ConfigError> parseGateConfig(QByteArrayView bytes, const QString &file);
/// Offset of the first line that begins with `[[`, or the size when there is none.
[[nodiscard]] qsizetype policyOffset(QByteArrayView bytes);

} // namespace holdfast
