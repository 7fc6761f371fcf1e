// SPDX-License-Identifier: Apache-2.0
#include "core/reader.h"

#include "core/base64.h"

#include <algorithm>

namespace holdfast {

namespace {
using Kind = DocumentError::Kind;
}

ObjectReader::ObjectReader(const Json &value, QString path)
    : m_object(value.asObject())
    , m_path(std::move(path))
{
    if (m_object == nullptr)
        m_error = DocumentError{Kind::NotAnObject, m_path, {}};
}

bool ObjectReader::has(QStringView name) const
{
    if (m_object == nullptr)
        return false;
    return std::any_of(m_object->begin(), m_object->end(), [&](const JsonMember &member) { return member.first == name; });
}

QStringList ObjectReader::names() const
{
    QStringList list;
    if (m_object != nullptr) {
        for (const auto &[name, value] : *m_object)
            list.append(name);
    }
    return list;
}

void ObjectReader::fail(Kind kind, QStringView name, QString detail)
{
    failAt(kind, memberPath(m_path, name), std::move(detail));
}

void ObjectReader::failAt(Kind kind, QString path, QString detail)
{
    if (!m_error)
        m_error = DocumentError{kind, std::move(path), std::move(detail)};
}

const Json *ObjectReader::take(QStringView name, bool required)
{
    if (m_error)
        return nullptr;
    m_read.insert(name.toString());
    for (const auto &[key, value] : *m_object) {
        if (key == name)
            return &value;
    }
    if (required)
        fail(Kind::MissingMember, name, {});
    return nullptr;
}

const Json *ObjectReader::any(QStringView name)
{
    return take(name, true);
}

const Json *ObjectReader::optionalAny(QStringView name)
{
    return take(name, false);
}

std::optional<QString> ObjectReader::asText(QStringView name, const Json *value)
{
    if (value == nullptr)
        return std::nullopt;
    if (const QString *text = value->asString())
        return *text;
    fail(Kind::WrongType, name, QStringLiteral("a string is expected"));
    return std::nullopt;
}

QString ObjectReader::text(QStringView name)
{
    return asText(name, take(name, true)).value_or(QString());
}

std::optional<QString> ObjectReader::optionalText(QStringView name)
{
    return asText(name, take(name, false));
}

QString ObjectReader::textOneOf(QStringView name, const QStringList &allowed)
{
    QString value = text(name);
    if (failed() || allowed.contains(value))
        return value;
    fail(Kind::InvalidValue, name, QStringLiteral("one of %1 is expected").arg(allowed.join(u", ")));
    return {};
}

std::optional<std::int64_t> ObjectReader::asInteger(QStringView name, const Json *value, std::int64_t least, std::int64_t most)
{
    if (value == nullptr)
        return std::nullopt;
    const std::int64_t *number = value->asInteger();
    if (number == nullptr)
        fail(Kind::WrongType, name, QStringLiteral("an integer is expected"));
    else if (*number < least || *number > most)
        fail(Kind::InvalidValue, name, QStringLiteral("an integer from %1 to %2 is expected").arg(QString::number(least), QString::number(most)));
    else
        return *number;
    return std::nullopt;
}

std::int64_t ObjectReader::integer(QStringView name, std::int64_t least, std::int64_t most)
{
    return asInteger(name, take(name, true), least, most).value_or(0);
}

std::optional<std::int64_t> ObjectReader::optionalInteger(QStringView name, std::int64_t least, std::int64_t most)
{
    return asInteger(name, take(name, false), least, most);
}

std::optional<bool> ObjectReader::asBoolean(QStringView name, const Json *value)
{
    if (value == nullptr)
        return std::nullopt;
    if (const bool *truth = value->asBool())
        return *truth;
    fail(Kind::WrongType, name, QStringLiteral("true or false is expected"));
    return std::nullopt;
}

bool ObjectReader::boolean(QStringView name)
{
    return asBoolean(name, take(name, true)).value_or(false);
}

std::optional<bool> ObjectReader::optionalBoolean(QStringView name)
{
    return asBoolean(name, take(name, false));
}

template<typename T>
std::optional<T> ObjectReader::parsed(QStringView name, const Json *value, std::optional<T> (*parse)(QStringView), QStringView expected)
{
    const std::optional<QString> written = asText(name, value);
    if (!written)
        return std::nullopt;
    std::optional<T> result = parse(*written);
    if (!result)
        fail(Kind::InvalidValue, name, QStringLiteral("%1 is expected").arg(expected));
    return result;
}

namespace {
constexpr QStringView instantShape = u"a time such as 2026-11-22T10:00:00.000Z";
constexpr QStringView digestShape = u"sha256: and 64 lower-case hex digits";
constexpr QStringView keyShape = u"a verifier key, name+hex8+base64,";
}

Instant ObjectReader::instant(QStringView name)
{
    return parsed<Instant>(name, take(name, true), &parseInstant, instantShape).value_or(Instant{});
}

std::optional<Instant> ObjectReader::optionalInstant(QStringView name)
{
    return parsed<Instant>(name, take(name, false), &parseInstant, instantShape);
}

Digest ObjectReader::digest(QStringView name)
{
    return parsed<Digest>(name, take(name, true), &Digest::fromString, digestShape).value_or(Digest{});
}

std::optional<Digest> ObjectReader::optionalDigest(QStringView name)
{
    return parsed<Digest>(name, take(name, false), &Digest::fromString, digestShape);
}

VerifierKey ObjectReader::key(QStringView name)
{
    return parsed<VerifierKey>(name, take(name, true), &VerifierKey::parse, keyShape).value_or(VerifierKey{});
}

QByteArray ObjectReader::base64(QStringView name, qsizetype exactSize)
{
    const std::optional<QByteArray> bytes = parsed<QByteArray>(name, take(name, true), &fromBase64, u"exact, padded base64");
    if (bytes && exactSize >= 0 && bytes->size() != exactSize) {
        fail(Kind::InvalidValue, name, QStringLiteral("base64 of %1 bytes is expected").arg(exactSize));
        return {};
    }
    return bytes.value_or(QByteArray());
}

std::optional<QStringList> ObjectReader::asTexts(QStringView name, const Json *value)
{
    if (value == nullptr)
        return std::nullopt;
    QStringList list;
    const JsonArray *array = value->asArray();
    for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
        if (const QString *text = (*array)[i].asString())
            list.append(*text);
        else
            array = nullptr;
    }
    if (array != nullptr)
        return list;
    fail(Kind::WrongType, name, QStringLiteral("an array of strings is expected"));
    return std::nullopt;
}

QStringList ObjectReader::texts(QStringView name)
{
    return asTexts(name, take(name, true)).value_or(QStringList());
}

std::optional<QStringList> ObjectReader::optionalTexts(QStringView name)
{
    return asTexts(name, take(name, false));
}

void ObjectReader::readInto(const Json &value, QString path, const std::function<void(ObjectReader &)> &read)
{
    ObjectReader inner(value, std::move(path));
    if (!inner.failed())
        read(inner);
    if (auto error = inner.finish(); error && !m_error)
        m_error = std::move(error);
}

void ObjectReader::readEach(QStringView name, const Json *value, const std::function<void(ObjectReader &)> &read)
{
    if (value == nullptr)
        return;
    const JsonArray *array = value->asArray();
    if (array == nullptr)
        return fail(Kind::WrongType, name, QStringLiteral("an array is expected"));
    for (std::size_t i = 0; i < array->size() && !m_error; ++i)
        readInto((*array)[i], QStringLiteral("%1[%2]").arg(memberPath(m_path, name), QString::number(i)), read);
}

void ObjectReader::each(QStringView name, const std::function<void(ObjectReader &)> &read)
{
    readEach(name, take(name, true), read);
}

void ObjectReader::optionalEach(QStringView name, const std::function<void(ObjectReader &)> &read)
{
    readEach(name, take(name, false), read);
}

bool ObjectReader::object(QStringView name, const std::function<void(ObjectReader &)> &read)
{
    const Json *value = take(name, true);
    if (value != nullptr)
        readInto(*value, memberPath(m_path, name), read);
    return value != nullptr;
}

bool ObjectReader::optionalObject(QStringView name, const std::function<void(ObjectReader &)> &read)
{
    const Json *value = take(name, false);
    if (value != nullptr)
        readInto(*value, memberPath(m_path, name), read);
    return value != nullptr;
}

std::optional<DocumentError> ObjectReader::finish()
{
    if (m_error)
        return m_error;
    for (const auto &[name, value] : *m_object) {
        if (!m_read.contains(name)) {
            fail(Kind::UnknownMember, name, {});
            break;
        }
    }
    return m_error;
}

} // namespace holdfast
