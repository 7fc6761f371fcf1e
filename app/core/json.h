// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

namespace holdfast {

class Json;
using JsonArray = std::vector<Json>;
using JsonMember = std::pair<QString, Json>;
/// Members in the order they were written: what is hashed is what is shown.
using JsonObject = std::vector<JsonMember>;

/// One value of strict JSON (protocol 1.2): numbers are integers within ±(2^53−1).
class Json final
{
public:
    Json() : m_value(nullptr) {}
    Json(std::nullptr_t) : m_value(nullptr) {}
    Json(bool value) : m_value(value) {}
    Json(int value) : m_value(std::int64_t{value}) {}
    Json(std::int64_t value) : m_value(value) {}
    Json(QString value) : m_value(std::move(value)) {}
    Json(JsonArray value) : m_value(std::move(value)) {}
    Json(JsonObject value) : m_value(std::move(value)) {}
    Json(const void *) = delete;

    [[nodiscard]] bool isNull() const { return std::holds_alternative<std::nullptr_t>(m_value); }
    /// Pointers into this value, or nullptr when it is of another kind.
    [[nodiscard]] const bool *asBool() const { return std::get_if<bool>(&m_value); }
    [[nodiscard]] const std::int64_t *asInteger() const { return std::get_if<std::int64_t>(&m_value); }
    [[nodiscard]] const QString *asString() const { return std::get_if<QString>(&m_value); }
    [[nodiscard]] const JsonArray *asArray() const { return std::get_if<JsonArray>(&m_value); }
    [[nodiscard]] const JsonObject *asObject() const { return std::get_if<JsonObject>(&m_value); }
    /// The member of an object by name, or nullptr.
    [[nodiscard]] const Json *find(QStringView name) const;

    /// Compact UTF-8; no member is reordered. Only control characters, `"` and `\` are escaped.
    [[nodiscard]] QByteArray toBytes() const;

    friend bool operator==(const Json &, const Json &) = default;

private:
    std::variant<std::nullptr_t, bool, std::int64_t, QString, JsonArray, JsonObject> m_value;
};

struct JsonError final
{
    enum class Kind {
        TooLarge, TooDeep, ByteOrderMark, InvalidUtf8, UnexpectedEnd, UnexpectedCharacter, TrailingBytes,
        DuplicateName, LoneSurrogate, RawControlCharacter, InvalidEscape, NotAnInteger, NumberOutOfRange,
    };
    Kind kind;
    qsizetype offset; ///< byte where it was noticed
    QString path; ///< `$.action.statements` style path of the value being read
    /// A sentence for a person; names kind, path and offset, never quotes the input.
    [[nodiscard]] QString sentence() const;
};

struct JsonLimits final
{
    qsizetype size = 256LL * 1024; ///< bytes
    int depth = 32; ///< the outermost array or object counts 1
};

[[nodiscard]] Result<Json, JsonError> parseJson(QByteArrayView bytes, JsonLimits limits = {});

/// `path` followed by a member: `$.claims`; a name that is not plain ASCII is quoted with everything invisible escaped.
[[nodiscard]] QString memberPath(QStringView path, QStringView name);

/// Builds an object member by member; a disengaged optional leaves the member out.
class JsonBuilder final
{
public:
    JsonBuilder &add(QString name, Json value);
    template<typename T>
    JsonBuilder &addIf(QString name, const T &optional)
    {
        return optional ? add(std::move(name), Json(*optional)) : *this;
    }
    [[nodiscard]] Json build() { return Json(std::move(m_members)); }

private:
    JsonObject m_members;
};

} // namespace holdfast
