// SPDX-License-Identifier: Apache-2.0
#include "core/json.h"
#include "core/plainrun.h"

#include <QSet>

#include <algorithm>

namespace holdfast {

namespace {

using JsonFault = JsonError::Kind;

constexpr std::int64_t largest = (std::int64_t{1} << 53) - 1;
/// Up to here names are compared one by one; beyond it a set keeps a hostile object from costing the square.
constexpr std::size_t fewMembers = 16;

/// Recursive descent; recursion is bounded by JsonLimits::depth. After the first error every step returns at once.
class Parser final
{
public:
    Parser(QByteArrayView bytes, JsonLimits limits)
        : m_begin(bytes.data())
        , m_at(bytes.data())
        , m_end(bytes.data() + bytes.size())
        , m_limits(limits)
    {
    }

    Result<Json, JsonError> parse();

private:
    Json value();
    Json array();
    Json object();
    Json number();
    Json word(QByteArrayView letters, Json meaning);
    QString string();
    void escape(QString &out);
    void multiByte(QString &out);
    char16_t fourDigits();
    QString memberName(const JsonObject &members, QSet<QString> &names);

    bool atEnd() const { return m_at == m_end; }
    bool next(char c) const { return !atEnd() && *m_at == c; }
    bool nextIsDigit() const { return !atEnd() && *m_at >= '0' && *m_at <= '9'; }
    void skipSpace();
    bool expect(char c);
    bool enter();
    void fail(JsonFault kind) { fail(kind, m_at); }
    void fail(JsonFault kind, const char *where);
    void unexpected() { fail(atEnd() ? JsonFault::UnexpectedEnd : JsonFault::UnexpectedCharacter); }
    bool failed() const { return m_error.has_value(); }
    QString path() const;

    /// A step into an object (name) or an array (index).
    struct Step final
    {
        QString name;
        std::size_t index;
        bool isMember;
    };

    const char *m_begin;
    const char *m_at;
    const char *m_end;
    JsonLimits m_limits;
    int m_depth = 0;
    std::vector<Step> m_path;
    std::optional<JsonError> m_error;
};

QString Parser::path() const
{
    QString text = QStringLiteral("$");
    for (const Step &step : m_path)
        text = step.isMember ? memberPath(text, step.name) : QStringLiteral("%1[%2]").arg(text, QString::number(step.index));
    return text;
}

void Parser::fail(JsonFault kind, const char *where)
{
    if (!m_error)
        m_error = JsonError{kind, where - m_begin, path()};
}

void Parser::skipSpace()
{
    while (!atEnd() && (*m_at == ' ' || *m_at == '\n' || *m_at == '\r' || *m_at == '\t'))
        ++m_at;
}

bool Parser::expect(char c)
{
    if (next(c)) {
        ++m_at;
        return true;
    }
    unexpected();
    return false;
}

Result<Json, JsonError> Parser::parse()
{
    if (m_end - m_begin > m_limits.size)
        fail(JsonFault::TooLarge, m_begin + m_limits.size);
    else if (QByteArrayView(m_begin, m_end).startsWith("\xEF\xBB\xBF"))
        fail(JsonFault::ByteOrderMark);
    Json result;
    if (!failed()) {
        skipSpace();
        result = value();
        skipSpace();
    }
    if (!failed() && !atEnd())
        fail(JsonFault::TrailingBytes);
    if (failed())
        return Failure{std::move(*m_error)};
    return result;
}

Json Parser::value()
{
    if (atEnd()) {
        unexpected();
        return {};
    }
    switch (*m_at) {
    case '{':
        return object();
    case '[':
        return array();
    case '"':
        return Json(string());
    case 't':
        return word("true", Json(true));
    case 'f':
        return word("false", Json(false));
    case 'n':
        return word("null", Json());
    default:
        return number();
    }
}

Json Parser::word(QByteArrayView letters, Json meaning)
{
    for (const char letter : letters) {
        if (!expect(letter))
            return {};
    }
    return meaning;
}

Json Parser::number()
{
    const char *const start = m_at;
    const bool negative = next('-');
    if (negative)
        ++m_at;
    if (!nextIsDigit()) {
        unexpected();
        return {};
    }
    const bool leadingZero = *m_at == '0';
    std::int64_t magnitude = 0;
    for (; nextIsDigit(); ++m_at) {
        if (leadingZero && m_at - start > (negative ? 1 : 0)) {
            unexpected();
            return {};
        }
        magnitude = std::min(magnitude * 10 + (*m_at - '0'), largest + 1);
    }
    if (next('.') || next('e') || next('E') || (negative && magnitude == 0))
        fail(JsonFault::NotAnInteger, start);
    else if (magnitude > largest)
        fail(JsonFault::NumberOutOfRange, start);
    return Json(negative ? -magnitude : magnitude);
}

bool Parser::enter()
{
    if (m_depth == m_limits.depth) {
        fail(JsonFault::TooDeep);
        return false;
    }
    ++m_depth;
    ++m_at;
    skipSpace();
    return true;
}

Json Parser::array()
{
    if (!enter())
        return {};
    JsonArray items;
    if (!next(']')) {
        while (!failed()) {
            m_path.push_back({{}, items.size(), false});
            items.push_back(value());
            m_path.pop_back();
            skipSpace();
            if (failed() || !next(','))
                break;
            ++m_at;
            skipSpace();
        }
    }
    if (!failed())
        expect(']');
    --m_depth;
    return Json(std::move(items));
}

QString Parser::memberName(const JsonObject &members, QSet<QString> &names)
{
    const char *const start = m_at;
    if (!next('"')) {
        unexpected();
        return {};
    }
    QString name = string();
    bool twice = false;
    if (members.size() < fewMembers) {
        twice = std::any_of(members.begin(), members.end(), [&](const JsonMember &member) { return member.first == name; });
    } else {
        if (names.isEmpty()) {
            for (const JsonMember &member : members)
                names.insert(member.first);
        }
        twice = names.contains(name);
        names.insert(name);
    }
    if (twice && !failed()) {
        m_path.push_back({name, 0, true});
        fail(JsonFault::DuplicateName, start);
        m_path.pop_back();
    }
    return name;
}

Json Parser::object()
{
    if (!enter())
        return {};
    JsonObject members;
    QSet<QString> names;
    if (!next('}')) {
        while (!failed()) {
            QString name = memberName(members, names);
            skipSpace();
            if (failed() || !expect(':'))
                break;
            skipSpace();
            m_path.push_back({name, 0, true});
            Json read = value();
            m_path.pop_back();
            members.emplace_back(std::move(name), std::move(read));
            skipSpace();
            if (failed() || !next(','))
                break;
            ++m_at;
            skipSpace();
        }
    }
    if (!failed())
        expect('}');
    --m_depth;
    return Json(std::move(members));
}

QString Parser::string()
{
    ++m_at;
    QString out;
    while (!failed()) {
        const char *const plain = m_at;
        m_at = endOfPlainRun(m_at, m_end);
        out.append(QLatin1StringView(plain, m_at));
        if (atEnd())
            fail(JsonFault::UnexpectedEnd);
        else if (*m_at == '"')
            break;
        else if (*m_at == '\\')
            escape(out);
        else if (static_cast<unsigned char>(*m_at) < 0x20)
            fail(JsonFault::RawControlCharacter);
        else
            multiByte(out);
    }
    if (!failed())
        ++m_at;
    return out;
}

void Parser::escape(QString &out)
{
    static constexpr QByteArrayView letters = "\"\\/bfnrt";
    static constexpr char16_t meanings[] = u"\"\\/\b\f\n\r\t";
    const char *const start = m_at++;
    if (atEnd())
        return fail(JsonFault::UnexpectedEnd);
    if (const qsizetype known = letters.indexOf(*m_at); known >= 0) {
        ++m_at;
        out.append(meanings[known]);
        return;
    }
    if (*m_at != 'u')
        return fail(JsonFault::InvalidEscape, start);
    const char16_t unit = fourDigits();
    if (failed())
        return;
    if (!QChar::isSurrogate(unit)) {
        out.append(unit);
        return;
    }
    if (QChar::isLowSurrogate(unit) || !next('\\') || m_end - m_at < 2 || m_at[1] != 'u')
        return fail(JsonFault::LoneSurrogate, start);
    ++m_at;
    const char16_t second = fourDigits();
    if (!failed() && !QChar::isLowSurrogate(second))
        return fail(JsonFault::LoneSurrogate, start);
    out.append(unit);
    out.append(second);
}

/// The digits of \uXXXX, standing at the `u`.
char16_t Parser::fourDigits()
{
    ++m_at;
    char16_t unit = 0;
    for (int i = 0; i < 4; ++i, ++m_at) {
        if (atEnd()) {
            fail(JsonFault::UnexpectedEnd);
            return 0;
        }
        const char lower = static_cast<char>(*m_at | 0x20);
        int digit = -1;
        if (nextIsDigit())
            digit = *m_at - '0';
        else if (lower >= 'a' && lower <= 'f')
            digit = lower - 'a' + 10;
        if (digit < 0) {
            fail(JsonFault::InvalidEscape);
            return 0;
        }
        unit = static_cast<char16_t>(unit * 16 + digit);
    }
    return unit;
}

/// One character of two to four bytes: shortest form only, no surrogates, at most U+10FFFF.
void Parser::multiByte(QString &out)
{
    const auto lead = static_cast<unsigned char>(*m_at);
    const int size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || m_end - m_at < size)
        return fail(JsonFault::InvalidUtf8);
    char32_t point = lead & (0x7fu >> size);
    for (int i = 1; i < size; ++i) {
        const auto byte = static_cast<unsigned char>(m_at[i]);
        if ((byte & 0xc0) != 0x80)
            return fail(JsonFault::InvalidUtf8);
        point = point << 6 | (byte & 0x3fu);
    }
    const bool longForm = (size == 3 && point < 0x800) || (size == 4 && point < 0x10000);
    if (longForm || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
        return fail(JsonFault::InvalidUtf8);
    m_at += size;
    out.append(QChar::fromUcs4(point));
}

} // namespace

Result<Json, JsonError> parseJson(QByteArrayView bytes, JsonLimits limits)
{
    return Parser(bytes, limits).parse();
}

} // namespace holdfast
