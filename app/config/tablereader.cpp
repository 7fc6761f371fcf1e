// SPDX-License-Identifier: Apache-2.0
#include "config/tablereader.h"

#include <string_view>

namespace holdfast {

namespace {

QString fromStd(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

std::string toStd(QStringView text)
{
    return text.toUtf8().toStdString();
}

std::optional<Instant> instantOf(const toml::date &date, const toml::time &time, int offsetMinutes)
{
    using namespace std::chrono;
    const year_month_day day{year{static_cast<int>(date.year)}, month{static_cast<unsigned>(date.month)}, std::chrono::day{static_cast<unsigned>(date.day)}};
    if (!day.ok())
        return std::nullopt;
    return sys_days(day) + hours(time.hour) + minutes(static_cast<int>(time.minute) - offsetMinutes) + seconds(time.second) + milliseconds(time.nanosecond / 1000000);
}

std::optional<Instant> instantFrom(const toml::node &node)
{
    if (const auto *day = node.as_date())
        return instantOf(day->get(), {}, 0);
    if (const auto *moment = node.as_date_time(); moment && moment->get().offset)
        return instantOf(moment->get().date, moment->get().time, moment->get().offset->minutes);
    const auto *text = node.as_string();
    return text ? parseInstant(fromStd(text->get())) : std::nullopt;
}

} // namespace

QString ConfigError::sentence() const
{
    const QString where = line > 0 ? QStringLiteral("%1:%2: ").arg(file, QString::number(line)) : QStringLiteral("%1: ").arg(file);
    const QString name = key.isEmpty() ? QString() : key + QStringLiteral(": ");
    switch (kind) {
    case Kind::CannotRead: return where + QStringLiteral("cannot be read: ") + expected;
    case Kind::CannotWrite: return where + QStringLiteral("cannot be written: ") + expected;
    case Kind::Syntax: return where + QStringLiteral("not TOML: ") + expected;
    case Kind::UnknownKey: return where + name + QStringLiteral("there is no such key");
    case Kind::NotHonoured: return where + name + QStringLiteral("not honoured by this version: ") + expected;
    case Kind::Missing: return where + name + QStringLiteral("is missing: expected ") + expected;
    case Kind::WrongType:
    case Kind::InvalidValue: return where + name + QStringLiteral("expected ") + expected;
    case Kind::Duplicate: return where + name + QStringLiteral("was written before: expected ") + expected;
    }
    return where;
}

void TomlErrors::add(ConfigError::Kind kind, const toml::source_position &at, const QString &key, const QString &expected)
{
    if (first)
        return;
    const int line = at.line > 0 ? static_cast<int>(at.line) + firstLine - 1 : 0;
    first = ConfigError{kind, file, line, key, expected};
}

std::optional<toml::table> parseToml(QByteArrayView bytes, TomlErrors &errors)
{
    auto result = toml::parse(std::string_view(bytes.data(), static_cast<std::size_t>(bytes.size())));
    if (result)
        return std::move(result).table();
    errors.add(ConfigError::Kind::Syntax, result.error().source().begin, {}, fromStd(result.error().description()));
    return std::nullopt;
}

TableReader::TableReader(const toml::table &table, QString path, TomlErrors &errors) : m_table(table), m_path(std::move(path)), m_errors(errors) {}

const toml::node *TableReader::node(QStringView name)
{
    m_read.insert(name.toString());
    return m_table.get(toStd(name));
}

bool TableReader::has(QStringView name) const
{
    return m_table.contains(toStd(name));
}

void TableReader::fail(ConfigError::Kind kind, QStringView name, const QString &expected)
{
    m_read.insert(name.toString());
    const toml::node *at = m_table.get(toStd(name));
    m_errors.add(kind, (at ? at->source() : m_table.source()).begin, pathOf(name), expected);
}

void TableReader::refuse(QStringView name, const QString &why)
{
    if (has(name))
        fail(ConfigError::Kind::NotHonoured, name, why);
}

std::optional<QString> TableReader::optionalText(QStringView name)
{
    const toml::node *found = node(name);
    if (!found)
        return std::nullopt;
    if (const auto *value = found->as_string(); value && !value->get().empty() && value->get().find('\0') == std::string::npos)
        return fromStd(value->get());
    fail(ConfigError::Kind::WrongType, name, QStringLiteral("a text that is not empty"));
    return std::nullopt;
}

QString TableReader::text(QStringView name)
{
    if (!has(name))
        fail(ConfigError::Kind::Missing, name, QStringLiteral("a text"));
    return optionalText(name).value_or(QString());
}

QString TableReader::oneOf(QStringView name, const QStringList &allowed, const QString &fallback)
{
    const QString expected = QStringLiteral("one of ") + allowed.join(QStringLiteral(", "));
    if (!has(name)) {
        if (fallback.isEmpty())
            fail(ConfigError::Kind::Missing, name, expected);
        m_read.insert(name.toString());
        return fallback;
    }
    const auto *value = node(name)->as_string();
    const QString found = value ? fromStd(value->get()) : QString();
    if (!value || !allowed.contains(found))
        fail(ConfigError::Kind::InvalidValue, name, expected);
    return found;
}

std::optional<std::int64_t> TableReader::optionalInteger(QStringView name, std::int64_t least)
{
    const toml::node *found = node(name);
    if (!found)
        return std::nullopt;
    if (const auto *value = found->as_integer(); value && value->get() >= least && value->get() < std::int64_t{1} << 53)
        return value->get();
    fail(ConfigError::Kind::InvalidValue, name, QStringLiteral("a whole number from %1 on").arg(static_cast<qlonglong>(least)));
    return std::nullopt;
}

std::optional<bool> TableReader::optionalBoolean(QStringView name)
{
    const toml::node *found = node(name);
    if (!found)
        return std::nullopt;
    if (const auto *value = found->as_boolean())
        return value->get();
    fail(ConfigError::Kind::WrongType, name, QStringLiteral("true or false"));
    return std::nullopt;
}

std::optional<QStringList> TableReader::optionalTexts(QStringView name)
{
    const toml::node *found = node(name);
    if (!found)
        return std::nullopt;
    QStringList texts;
    const auto *values = found->as_array();
    bool ok = values != nullptr;
    for (std::size_t i = 0; ok && i < values->size(); ++i) {
        const auto *value = values->get(i)->as_string();
        ok = value && !value->get().empty() && value->get().find('\0') == std::string::npos && !texts.contains(fromStd(value->get()));
        if (ok)
            texts.append(fromStd(value->get()));
    }
    if (!ok)
        fail(ConfigError::Kind::WrongType, name, QStringLiteral("a list of texts, none empty, none twice"));
    return texts;
}

QStringList TableReader::texts(QStringView name)
{
    const auto found = optionalTexts(name);
    if (!found || found->isEmpty())
        fail(found ? ConfigError::Kind::InvalidValue : ConfigError::Kind::Missing, name, QStringLiteral("a list of texts that is not empty"));
    return found.value_or(QStringList());
}

std::optional<std::chrono::seconds> TableReader::optionalDuration(QStringView name)
{
    const toml::node *found = node(name);
    if (!found)
        return std::nullopt;
    const auto *value = found->as_string();
    const auto duration = value ? parseDuration(fromStd(value->get())) : std::nullopt;
    if (!duration)
        fail(ConfigError::Kind::InvalidValue, name, QStringLiteral("a duration such as \"90s\", \"10m\", \"4h\", \"2d\""));
    return duration;
}

std::optional<Instant> TableReader::optionalInstant(QStringView name)
{
    const toml::node *found = node(name);
    if (!found)
        return std::nullopt;
    const auto instant = instantFrom(*found);
    if (!instant)
        fail(ConfigError::Kind::InvalidValue, name, QStringLiteral("a date such as 2026-11-01, or a time such as 2026-11-23T00:00:00Z"));
    return instant;
}

void TableReader::optionalTable(QStringView name, const std::function<void(TableReader &)> &read)
{
    const toml::node *found = node(name);
    if (!found)
        return;
    const toml::table *table = found->as_table();
    if (!table) {
        fail(ConfigError::Kind::WrongType, name, QStringLiteral("a table { … }"));
        return;
    }
    TableReader reader(*table, pathOf(name), m_errors);
    read(reader);
    reader.finish();
}

void TableReader::each(QStringView name, const std::function<void(TableReader &)> &read)
{
    const toml::node *found = node(name);
    if (!found)
        return;
    const toml::array *tables = found->as_array();
    if (!tables || (!tables->empty() && !tables->is_homogeneous(toml::node_type::table))) {
        fail(ConfigError::Kind::WrongType, name, QStringLiteral("a list of tables"));
        return;
    }
    for (const toml::node &element : *tables) {
        TableReader reader(*element.as_table(), pathOf(name), m_errors);
        read(reader);
        reader.finish();
    }
}

QStringList TableReader::keys()
{
    QStringList names;
    for (const auto &[key, value] : m_table)
        names.append(fromStd(key.str()));
    return names;
}

void TableReader::finish()
{
    for (const auto &[key, value] : m_table) {
        const QString name = fromStd(key.str());
        if (!m_read.contains(name))
            m_errors.add(ConfigError::Kind::UnknownKey, key.source().begin, pathOf(name), {});
    }
}

} // namespace holdfast
