// SPDX-License-Identifier: Apache-2.0
#include "core/schemacheck.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>

#include <algorithm>

namespace holdfast {

namespace {

constexpr QStringView suffix = u".schema.json";

QString typeOf(const Json &value)
{
    if (value.isNull())
        return QStringLiteral("null");
    if (value.asBool() != nullptr)
        return QStringLiteral("boolean");
    if (value.asInteger() != nullptr)
        return QStringLiteral("integer");
    if (value.asString() != nullptr)
        return QStringLiteral("string");
    return value.asArray() != nullptr ? QStringLiteral("array") : QStringLiteral("object");
}

QString problem(const QString &where, const char16_t *what)
{
    return where + QStringLiteral(": ") + QString::fromUtf16(what);
}

/// Characters of a string, elements of an array; -1 for anything else.
std::int64_t sizeOf(const Json &value)
{
    if (const QString *text = value.asString())
        return text->toUcs4().size();
    const JsonArray *array = value.asArray();
    return array != nullptr ? static_cast<std::int64_t>(array->size()) : -1;
}

} // namespace

SchemaSet::SchemaSet(const QString &folder)
{
    const QDir directory(folder);
    for (const QString &name : directory.entryList({u'*' + suffix.toString()}, QDir::Files)) {
        QFile file(directory.filePath(name));
        const auto json = file.open(QIODevice::ReadOnly) ? parseJson(file.readAll()) : parseJson({});
        if (json)
            m_files.emplace(name.chopped(suffix.size()), *json);
        else
            m_problems.append(name + QStringLiteral(": ") + json.error().sentence());
    }
}

QStringList SchemaSet::names() const
{
    QStringList list;
    for (const auto &[name, schema] : m_files)
        list.append(name);
    return list;
}

const Json *SchemaSet::part(const QString &name, const QString &pointer) const
{
    const auto file = m_files.find(name);
    const Json *here = file == m_files.end() ? nullptr : &file->second;
    for (const QString &step : pointer.split(u'/', Qt::SkipEmptyParts))
        here = here != nullptr ? here->find(step) : nullptr;
    return here;
}

QString SchemaSet::whyNot(const QString &name, const Json &value)
{
    const Json *schema = part(name, {});
    return schema != nullptr ? apply({name, {}}, *schema, value) : QStringLiteral("no schema %1").arg(name);
}

const std::map<QString, SchemaSet::Check> &SchemaSet::checks()
{
    static const std::map<QString, Check> known{
        {QStringLiteral("$ref"), &SchemaSet::reference},
        {QStringLiteral("type"), &SchemaSet::type},
        {QStringLiteral("const"), &SchemaSet::constant},
        {QStringLiteral("enum"), &SchemaSet::oneOfValues},
        {QStringLiteral("properties"), &SchemaSet::properties},
        {QStringLiteral("required"), &SchemaSet::required},
        {QStringLiteral("additionalProperties"), &SchemaSet::additional},
        {QStringLiteral("items"), &SchemaSet::items},
        {QStringLiteral("prefixItems"), &SchemaSet::prefixItems},
        {QStringLiteral("minimum"), &SchemaSet::minimum},
        {QStringLiteral("maximum"), &SchemaSet::maximum},
        {QStringLiteral("minLength"), &SchemaSet::least},
        {QStringLiteral("maxLength"), &SchemaSet::most},
        {QStringLiteral("minItems"), &SchemaSet::least},
        {QStringLiteral("minProperties"), &SchemaSet::least},
        {QStringLiteral("pattern"), &SchemaSet::pattern},
        {QStringLiteral("allOf"), &SchemaSet::allOf},
        {QStringLiteral("anyOf"), &SchemaSet::anyOf},
        {QStringLiteral("oneOf"), &SchemaSet::oneOf},
        {QStringLiteral("not"), &SchemaSet::no},
        {QStringLiteral("if"), &SchemaSet::condition},
        {QStringLiteral("then"), &SchemaSet::nothing},
        {QStringLiteral("else"), &SchemaSet::nothing},
        {QStringLiteral("$schema"), &SchemaSet::nothing},
        {QStringLiteral("$defs"), &SchemaSet::nothing},
        {QStringLiteral("title"), &SchemaSet::nothing},
        {QStringLiteral("description"), &SchemaSet::nothing},
    };
    return known;
}

QString SchemaSet::apply(const Here &here, const Json &schema, const Json &value)
{
    if (const bool *always = schema.asBool())
        return *always ? QString() : problem(here.toString(), u"nothing may stand there");
    const JsonObject *keywords = schema.asObject();
    if (keywords == nullptr)
        return problem(here.toString(), u"this is no schema");
    for (const auto &[name, keyword] : *keywords) {
        const auto check = checks().find(name);
        if (check == checks().end())
            return problem(here.below(name).toString(), u"this keyword is not understood");
        if (QString why = (this->*check->second)(here.below(name), keyword, schema, value); !why.isEmpty())
            return why;
    }
    return {};
}

QString SchemaSet::reference(const Here &here, const Json &keyword, const Json &, const Json &value)
{
    const QString text = *keyword.asString();
    const qsizetype hash = text.indexOf(u'#');
    const QString file = hash > 0 ? text.left(hash).chopped(suffix.size()) : here.file;
    const QString pointer = text.mid(hash + 1);
    const Json *schema = part(file, pointer);
    return schema != nullptr ? apply({file, pointer}, *schema, value) : problem(here.toString(), u"it leads nowhere");
}

QString SchemaSet::type(const Here &here, const Json &keyword, const Json &, const Json &value)
{
    const JsonArray allowed = keyword.asArray() != nullptr ? *keyword.asArray() : JsonArray{keyword};
    const bool fits = std::find(allowed.begin(), allowed.end(), Json(typeOf(value))) != allowed.end();
    return fits ? QString() : problem(here.toString(), u"another type");
}

QString SchemaSet::constant(const Here &here, const Json &keyword, const Json &, const Json &value)
{
    return keyword == value ? QString() : problem(here.toString(), u"another value");
}

QString SchemaSet::oneOfValues(const Here &here, const Json &keyword, const Json &, const Json &value)
{
    const JsonArray &allowed = *keyword.asArray();
    return std::find(allowed.begin(), allowed.end(), value) != allowed.end() ? QString() : problem(here.toString(), u"not one of the values");
}

QString SchemaSet::properties(const Here &here, const Json &keyword, const Json &, const Json &value)
{
    for (const auto &[name, schema] : *keyword.asObject()) {
        const Json *member = value.find(name);
        if (member == nullptr)
            continue;
        m_seen.insert(here.below(name).toString());
        if (QString why = apply(here.below(name), schema, *member); !why.isEmpty())
            return why;
    }
    return {};
}

QString SchemaSet::required(const Here &here, const Json &keyword, const Json &, const Json &value)
{
    const JsonArray &names = *keyword.asArray();
    const bool whole = value.asObject() == nullptr || std::all_of(names.begin(), names.end(), [&](const Json &name) { return value.find(*name.asString()) != nullptr; });
    return whole ? QString() : problem(here.toString(), u"a member is missing");
}

QString SchemaSet::additional(const Here &here, const Json &keyword, const Json &schema, const Json &value)
{
    const Json *listed = schema.find(u"properties");
    if (value.asObject() == nullptr)
        return {};
    for (const auto &[name, member] : *value.asObject()) {
        if (listed != nullptr && listed->find(name) != nullptr)
            continue;
        if (QString why = apply(here, keyword, member); !why.isEmpty())
            return why + QStringLiteral(" (") + name + u')';
    }
    return {};
}

QString SchemaSet::items(const Here &here, const Json &keyword, const Json &schema, const Json &value)
{
    const JsonArray *array = value.asArray();
    const Json *prefix = schema.find(u"prefixItems");
    const std::size_t from = prefix != nullptr ? prefix->asArray()->size() : 0;
    for (std::size_t i = from; array != nullptr && i < array->size(); ++i) {
        if (QString why = apply(here, keyword, (*array)[i]); !why.isEmpty())
            return why;
    }
    return {};
}

QString SchemaSet::prefixItems(const Here &here, const Json &keyword, const Json &, const Json &value)
{
    const JsonArray &schemas = *keyword.asArray();
    const JsonArray *array = value.asArray();
    for (std::size_t i = 0; array != nullptr && i < std::min(array->size(), schemas.size()); ++i) {
        if (QString why = apply(here.below(QString::number(i)), schemas[i], (*array)[i]); !why.isEmpty())
            return why;
    }
    return {};
}

QString SchemaSet::minimum(const Here &here, const Json &keyword, const Json &, const Json &value)
{
    return value.asInteger() == nullptr || *value.asInteger() >= *keyword.asInteger() ? QString() : problem(here.toString(), u"too small");
}

QString SchemaSet::maximum(const Here &here, const Json &keyword, const Json &, const Json &value)
{
    return value.asInteger() == nullptr || *value.asInteger() <= *keyword.asInteger() ? QString() : problem(here.toString(), u"too large");
}

QString SchemaSet::least(const Here &here, const Json &keyword, const Json &, const Json &value)
{
    const JsonObject *object = value.asObject();
    const std::int64_t size = object != nullptr ? static_cast<std::int64_t>(object->size()) : sizeOf(value);
    return size < 0 || size >= *keyword.asInteger() ? QString() : problem(here.toString(), u"too short");
}

QString SchemaSet::most(const Here &here, const Json &keyword, const Json &, const Json &value)
{
    return sizeOf(value) <= *keyword.asInteger() ? QString() : problem(here.toString(), u"too long");
}

QString SchemaSet::pattern(const Here &here, const Json &keyword, const Json &, const Json &value)
{
    if (value.asString() == nullptr)
        return {};
    static std::map<QString, QRegularExpression> compiled;
    auto found = compiled.find(*keyword.asString());
    if (found == compiled.end()) {
        QString expression = *keyword.asString();
        if (expression.endsWith(u'$')) // which PCRE also lets stand before a last line feed
            expression = expression.chopped(1) + QStringLiteral("\\z");
        found = compiled.emplace(*keyword.asString(), QRegularExpression(expression)).first;
    }
    return value.asString()->contains(found->second) ? QString() : problem(here.toString(), u"another shape");
}

QString SchemaSet::allOf(const Here &here, const Json &keyword, const Json &, const Json &value)
{
    const JsonArray &schemas = *keyword.asArray();
    for (std::size_t i = 0; i < schemas.size(); ++i) {
        if (QString why = apply(here.below(QString::number(i)), schemas[i], value); !why.isEmpty())
            return why;
    }
    return {};
}

int SchemaSet::fitting(const Here &here, const Json &keyword, const Json &value)
{
    const JsonArray &schemas = *keyword.asArray();
    int count = 0;
    for (std::size_t i = 0; i < schemas.size(); ++i)
        count += apply(here.below(QString::number(i)), schemas[i], value).isEmpty() ? 1 : 0;
    return count;
}

QString SchemaSet::anyOf(const Here &here, const Json &keyword, const Json &, const Json &value)
{
    return fitting(here, keyword, value) >= 1 ? QString() : problem(here.toString(), u"none fits");
}

QString SchemaSet::oneOf(const Here &here, const Json &keyword, const Json &, const Json &value)
{
    return fitting(here, keyword, value) == 1 ? QString() : problem(here.toString(), u"not exactly one fits");
}

QString SchemaSet::no(const Here &here, const Json &keyword, const Json &, const Json &value)
{
    return apply(here, keyword, value).isEmpty() ? problem(here.toString(), u"it must not fit") : QString();
}

QString SchemaSet::condition(const Here &here, const Json &keyword, const Json &schema, const Json &value)
{
    const Here above{here.file, here.pointer.left(here.pointer.lastIndexOf(u'/'))};
    const QString branch = apply(here, keyword, value).isEmpty() ? QStringLiteral("then") : QStringLiteral("else");
    const Json *consequence = schema.find(branch);
    return consequence != nullptr ? apply(above.below(branch), *consequence, value) : QString();
}

QString SchemaSet::nothing(const Here &, const Json &, const Json &, const Json &)
{
    return {};
}

std::set<QString> SchemaSet::defined() const
{
    std::set<QString> list;
    for (const auto &[name, schema] : m_files)
        collect({name, {}}, schema, list);
    return list;
}

void SchemaSet::collect(const Here &here, const Json &schema, std::set<QString> &list) const
{
    if (const JsonArray *array = schema.asArray()) {
        for (std::size_t i = 0; i < array->size(); ++i)
            collect(here.below(QString::number(i)), (*array)[i], list);
    }
    if (schema.asObject() == nullptr)
        return;
    for (const auto &[name, keyword] : *schema.asObject()) {
        const Here below = here.below(name);
        if (name == u"properties") {
            for (const auto &[member, inner] : *keyword.asObject()) {
                if (inner.asBool() == nullptr)
                    list.insert(below.below(member).toString());
                collect(below.below(member), inner, list);
            }
        } else if (name != u"if" && name != u"not" && name != u"const" && name != u"enum") {
            collect(below, keyword, list);
        }
    }
}

} // namespace holdfast
