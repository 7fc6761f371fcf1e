// SPDX-License-Identifier: Apache-2.0
#include "core/json.h"

#include "core/plainrun.h"
#include "core/text/visible.h"

#include <algorithm>
#include <utility>

namespace holdfast {

namespace {

constexpr qsizetype longestPlainName = 64;

void writeString(QByteArray &out, const QString &text)
{
    static constexpr char digits[] = "0123456789abcdef";
    out.append('"');
    const QByteArray bytes = text.toUtf8();
    const char *const end = bytes.constData() + bytes.size();
    for (const char *at = bytes.constData(); at != end; ++at) {
        const char *const plain = std::exchange(at, endOfPlainRun(at, end));
        out.append(plain, at - plain);
        if (at == end)
            break;
        const char c = *at;
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            out.append('\\').append(c);
        else if (byte >= 0x20)
            out.append(c);
        else if (c == '\n')
            out.append("\\n");
        else if (c == '\t')
            out.append("\\t");
        else if (c == '\r')
            out.append("\\r");
        else
            out.append("\\u00").append(digits[byte >> 4]).append(digits[byte & 15]);
    }
    out.append('"');
}

void write(QByteArray &out, const Json &value);

void writeArray(QByteArray &out, const JsonArray &array)
{
    out.append('[');
    for (std::size_t i = 0; i < array.size(); ++i) {
        if (i > 0)
            out.append(',');
        write(out, array[i]);
    }
    out.append(']');
}

void writeObject(QByteArray &out, const JsonObject &object)
{
    out.append('{');
    for (std::size_t i = 0; i < object.size(); ++i) {
        if (i > 0)
            out.append(',');
        writeString(out, object[i].first);
        out.append(':');
        write(out, object[i].second);
    }
    out.append('}');
}

void write(QByteArray &out, const Json &value)
{
    if (const bool *truth = value.asBool())
        out.append(*truth ? "true" : "false");
    else if (const std::int64_t *number = value.asInteger())
        out.append(QByteArray::number(static_cast<qint64>(*number)));
    else if (const QString *text = value.asString())
        writeString(out, *text);
    else if (const JsonArray *array = value.asArray())
        writeArray(out, *array);
    else if (const JsonObject *object = value.asObject())
        writeObject(out, *object);
    else
        out.append("null");
}

QString what(JsonError::Kind kind)
{
    switch (kind) {
    case JsonError::Kind::TooLarge:
        return QStringLiteral("the text is larger than allowed");
    case JsonError::Kind::TooDeep:
        return QStringLiteral("arrays and objects are nested deeper than allowed");
    case JsonError::Kind::ByteOrderMark:
        return QStringLiteral("a byte order mark is not allowed");
    case JsonError::Kind::InvalidUtf8:
        return QStringLiteral("the bytes are not UTF-8");
    case JsonError::Kind::UnexpectedEnd:
        return QStringLiteral("the text ends too early");
    case JsonError::Kind::UnexpectedCharacter:
        return QStringLiteral("this character is not allowed here");
    case JsonError::Kind::TrailingBytes:
        return QStringLiteral("nothing may follow the value");
    case JsonError::Kind::DuplicateName:
        return QStringLiteral("this name occurs twice in one object");
    case JsonError::Kind::LoneSurrogate:
        return QStringLiteral("half of a surrogate pair stands alone");
    case JsonError::Kind::RawControlCharacter:
        return QStringLiteral("a control character must be escaped");
    case JsonError::Kind::InvalidEscape:
        return QStringLiteral("this escape does not exist");
    case JsonError::Kind::NotAnInteger:
        return QStringLiteral("only integers are allowed, without fraction, exponent or minus zero");
    case JsonError::Kind::NumberOutOfRange:
        return QStringLiteral("the number lies outside of what 53 bits hold");
    }
    return {};
}

bool isPlainName(QStringView name)
{
    const auto isPlain = [](QChar c) {
        return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9') || c == u'_' || c == u'-';
    };
    return !name.isEmpty() && name.size() <= longestPlainName && std::all_of(name.begin(), name.end(), isPlain);
}

} // namespace

const Json *Json::find(QStringView name) const
{
    const JsonObject *object = asObject();
    if (object == nullptr)
        return nullptr;
    const auto found = std::find_if(object->begin(), object->end(), [&](const JsonMember &member) { return member.first == name; });
    return found == object->end() ? nullptr : &found->second;
}

QByteArray Json::toBytes() const
{
    QByteArray out;
    write(out, *this);
    return out;
}

QString JsonError::sentence() const
{
    return QStringLiteral("At byte %1, in %2: %3.").arg(QString::number(offset), path, what(kind));
}

QString memberPath(QStringView path, QStringView name)
{
    if (isPlainName(name))
        return QStringLiteral("%1.%2").arg(path, name);
    return QStringLiteral("%1[\"%2\"]").arg(path, visible(name, {.limit = longestPlainName}));
}

JsonBuilder &JsonBuilder::add(QString name, Json value)
{
    m_members.emplace_back(std::move(name), std::move(value));
    return *this;
}

} // namespace holdfast
