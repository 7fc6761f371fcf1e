// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/configerror.h"
#include "config/toml.h"
#include "core/clock.h"

#include <QByteArrayView>
#include <QSet>
#include <QStringList>

#include <functional>
#include <optional>

namespace holdfast {

/// Where errors go while one document is read: the first one stays.
struct TomlErrors final
{
    QString file;
    int firstLine = 1;
    std::optional<ConfigError> first;

    void add(ConfigError::Kind kind, const toml::source_position &at, const QString &key, const QString &expected);
};

/// nullopt, and an error, when the bytes are not TOML.
[[nodiscard]] std::optional<toml::table> parseToml(QByteArrayView bytes, TomlErrors &errors);

/// Reads one TOML table into typed values. finish() refuses keys that nobody asked for, by name.
class TableReader final
{
public:
    TableReader(const toml::table &table, QString path, TomlErrors &errors);

    [[nodiscard]] bool has(QStringView name) const;
    [[nodiscard]] QString text(QStringView name);
    [[nodiscard]] std::optional<QString> optionalText(QStringView name);
    /// One of `allowed`; `fallback` when absent.
    [[nodiscard]] QString oneOf(QStringView name, const QStringList &allowed, const QString &fallback = {});
    [[nodiscard]] std::optional<std::int64_t> optionalInteger(QStringView name, std::int64_t least);
    [[nodiscard]] std::optional<bool> optionalBoolean(QStringView name);
    [[nodiscard]] std::optional<QStringList> optionalTexts(QStringView name);
    [[nodiscard]] QStringList texts(QStringView name);
    [[nodiscard]] std::optional<std::chrono::seconds> optionalDuration(QStringView name);
    /// `2026-11-01`, or a date and time with an offset; as TOML values or as strings in the protocol's form.
    [[nodiscard]] std::optional<Instant> optionalInstant(QStringView name);
    void optionalTable(QStringView name, const std::function<void(TableReader &)> &read);
    /// Each table of an array of tables; absent counts as empty.
    void each(QStringView name, const std::function<void(TableReader &)> &read);
    /// Every key of this table, for tables whose keys are data.
    [[nodiscard]] QStringList keys();
    [[nodiscard]] const toml::node *node(QStringView name);

    /// A key of the protocol that this version cannot keep its word about.
    void refuse(QStringView name, const QString &why);
    void fail(ConfigError::Kind kind, QStringView name, const QString &expected);
    void finish();

private:
    [[nodiscard]] QString pathOf(QStringView name) const { return m_path.isEmpty() ? name.toString() : m_path + u'.' + name.toString(); }

    const toml::table &m_table;
    QString m_path;
    TomlErrors &m_errors;
    QSet<QString> m_read;
};

} // namespace holdfast
