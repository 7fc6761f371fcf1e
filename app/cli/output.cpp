// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include "core/text/visible.h"

#include <cstdio>

namespace holdfast {

namespace {

void write(std::FILE *stream, const QString &text)
{
    QByteArray bytes = visible(text, {.keepLines = true}).toUtf8();
    if (!bytes.endsWith('\n'))
        bytes += '\n';
    std::fwrite(bytes.constData(), 1, static_cast<std::size_t>(bytes.size()), stream);
    std::fflush(stream);
}

/// JSON escapes control characters itself; whatever else would not be seen becomes an escape too, and stays the same text.
QString asciiWhereInvisible(const QString &json)
{
    if (!hasInvisible(json))
        return json;
    QString out;
    for (qsizetype at = 0; at < json.size();) {
        const qsizetype units = json[at].isHighSurrogate() && at + 1 < json.size() ? 2 : 1;
        const QStringView character = QStringView(json).sliced(at, units);
        at += units;
        if (!hasInvisible(character)) {
            out += character;
            continue;
        }
        for (const QChar unit : character)
            out += QStringLiteral("\\u%1").arg(unit.unicode(), 4, 16, QLatin1Char('0'));
    }
    return out;
}

QString quoted(const QString &text)
{
    return QString::fromUtf8(Json(text).toBytes());
}

void append(QString &out, const Json &value, int depth)
{
    const qsizetype indent = qsizetype{2} * depth;
    const QString inner = QStringLiteral("\n") + QString(indent + 2, u' ');
    const QString outer = QStringLiteral("\n") + QString(indent, u' ');
    if (const auto *object = value.asObject(); object != nullptr && !object->empty()) {
        for (const auto &[name, member] : *object) {
            out += (&name == &object->front().first ? QStringLiteral("{") : QStringLiteral(",")) + inner + quoted(name) + QStringLiteral(": ");
            append(out, member, depth + 1);
        }
        out += outer + u'}';
    } else if (const auto *array = value.asArray(); array != nullptr && !array->empty()) {
        for (const Json &item : *array) {
            out += (&item == &array->front() ? QStringLiteral("[") : QStringLiteral(",")) + inner;
            append(out, item, depth + 1);
        }
        out += outer + u']';
    } else if (const auto *text = value.asString()) {
        out += quoted(*text);
    } else {
        out += QString::fromUtf8(value.toBytes());
    }
}

} // namespace

QString readable(const Json &value)
{
    QString out;
    append(out, value, 0);
    return out;
}

void Output::progress(const QString &line) const
{
    if (!m_quiet)
        write(stderr, line);
}

void Output::note(const QString &line) const
{
    write(stderr, line);
}

void Output::print(const QString &text) const
{
    if (!m_json)
        write(stdout, text);
}

void Output::result(const Json &object) const
{
    if (!m_json)
        return;
    write(stdout, asciiWhereInvisible(QString::fromUtf8(object.toBytes())));
}

ExitCode Output::problem(const Problem &problem) const
{
    note(QStringLiteral("hold: ") + problem.sentence);
    result(JsonBuilder()
               .add(QStringLiteral("error"), JsonBuilder()
                                                 .add(QStringLiteral("exit_code"), static_cast<int>(problem.code))
                                                 .add(QStringLiteral("detail"), problem.sentence)
                                                 .build())
               .build());
    return problem.code;
}

} // namespace holdfast
