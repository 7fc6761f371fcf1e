// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.h"
#include "core/digest.h"
#include "core/documenterror.h"
#include "core/verifierkey.h"

#include <QSet>
#include <QStringList>

#include <functional>
#include <optional>
#include <vector>

namespace holdfast {

/// Reads the members of one JSON object into typed values; the first error sticks and later reads yield defaults.
/// finish() also refuses members that nobody asked for. Usage: read everything, then `if (auto e = reader.finish())`.
class ObjectReader final
{
public:
    ObjectReader(const Json &value, QString path = QStringLiteral("$"));

    [[nodiscard]] QString text(QStringView name);
    [[nodiscard]] QString textOneOf(QStringView name, const QStringList &allowed);
    [[nodiscard]] std::optional<QString> optionalText(QStringView name);
    [[nodiscard]] std::int64_t integer(QStringView name, std::int64_t least, std::int64_t most);
    [[nodiscard]] std::optional<std::int64_t> optionalInteger(QStringView name, std::int64_t least, std::int64_t most);
    [[nodiscard]] bool boolean(QStringView name);
    [[nodiscard]] std::optional<bool> optionalBoolean(QStringView name);
    [[nodiscard]] Instant instant(QStringView name);
    [[nodiscard]] std::optional<Instant> optionalInstant(QStringView name);
    [[nodiscard]] Digest digest(QStringView name); ///< sha256:…
    [[nodiscard]] std::optional<Digest> optionalDigest(QStringView name);
    [[nodiscard]] VerifierKey key(QStringView name);
    [[nodiscard]] QByteArray base64(QStringView name, qsizetype exactSize = -1); ///< -1: any size
    [[nodiscard]] QStringList texts(QStringView name); ///< required array of strings
    [[nodiscard]] std::optional<QStringList> optionalTexts(QStringView name);
    /// Any value, returned whole; nullptr (and an error) when missing.
    [[nodiscard]] const Json *any(QStringView name);
    [[nodiscard]] const Json *optionalAny(QStringView name);
    /// Calls `read` with a reader per object element of a required array; each element's unknown members are refused.
    void each(QStringView name, const std::function<void(ObjectReader &)> &read);
    void optionalEach(QStringView name, const std::function<void(ObjectReader &)> &read);
    /// A nested object; false when optional and absent.
    bool object(QStringView name, const std::function<void(ObjectReader &)> &read);
    bool optionalObject(QStringView name, const std::function<void(ObjectReader &)> &read);

    [[nodiscard]] bool has(QStringView name) const;
    [[nodiscard]] QStringList names() const; ///< of all members, as written: for objects whose names are data
    [[nodiscard]] QString path() const { return m_path; }
    void fail(DocumentError::Kind kind, QStringView name, QString detail);
    /// As fail(), for a place deeper than a member of this object; `path` is whole.
    void failAt(DocumentError::Kind kind, QString path, QString detail);
    [[nodiscard]] bool failed() const { return m_error.has_value(); }
    /// The first error, or a member that was never read.
    [[nodiscard]] std::optional<DocumentError> finish();

private:
    const Json *take(QStringView name, bool required);
    std::optional<QString> asText(QStringView name, const Json *value);
    std::optional<std::int64_t> asInteger(QStringView name, const Json *value, std::int64_t least, std::int64_t most);
    std::optional<bool> asBoolean(QStringView name, const Json *value);
    std::optional<QStringList> asTexts(QStringView name, const Json *value);
    template<typename T>
    std::optional<T> parsed(QStringView name, const Json *value, std::optional<T> (*parse)(QStringView), QStringView expected);
    void readInto(const Json &value, QString path, const std::function<void(ObjectReader &)> &read);
    void readEach(QStringView name, const Json *value, const std::function<void(ObjectReader &)> &read);

    const JsonObject *m_object = nullptr;
    QString m_path;
    QSet<QString> m_read;
    std::optional<DocumentError> m_error;
};

} // namespace holdfast
