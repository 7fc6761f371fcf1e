// SPDX-License-Identifier: Apache-2.0
#include "console/present/reviewlists.h"

#include "console/present/format.h"
#include "core/text/visible.h"

#include <QStringDecoder>

#include <algorithm>

namespace holdfast::present {

using namespace Qt::StringLiterals;

namespace {

// A line longer than this goes on in further rows: none is so long that drawing it is felt, and nothing is left out.
constexpr qsizetype longestRow = 2000;

// Text as it is; of bytes that are no UTF-8, those that are not printable ASCII as \xNN.
QStringList linesOf(const QByteArray &bytes)
{
    QStringDecoder decode(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless | QStringDecoder::Flag::ConvertInitialBom);
    QString text = decode(bytes);
    if (!decode.hasError())
        return text.split(u'\n');
    text.clear();
    for (const char byte : bytes) {
        if (byte == '\n' || (byte >= 0x20 && byte < 0x7f && byte != '\\'))
            text += QLatin1Char(byte);
        else
            text += u"\\x%1"_s.arg(static_cast<unsigned char>(byte), 2, 16, QLatin1Char('0'));
    }
    return text.split(u'\n');
}

// The payload in the exact words that will be performed: the statements, the paths, the arguments.
struct ActionLines final
{
    const QByteArray *content; ///< of the blob that the action names

    [[nodiscard]] QStringList named(const QString &what, const BlobRef &blob) const
    {
        return QStringList(what + u' ' + blob.digest.toString()) + (content != nullptr ? linesOf(*content) : QStringList());
    }
    QStringList operator()(const SqlAction &sql) const { return sql.statements ? sql.statements->split(u'\n') : named(u"statements"_s, *sql.blob); }
    QStringList operator()(const FilesystemAction &files) const
    {
        QStringList lines;
        for (const auto &path : files.paths)
            lines += (files.recursive ? u"delete, with all below: "_s : u"delete: "_s) + path;
        return lines;
    }
    QStringList operator()(const CommandAction &command) const
    {
        QStringList lines;
        for (qsizetype i = 0; i < command.argv.size(); ++i)
            lines += u"argv[%1]  "_s.arg(i) + command.argv[i];
        if (!command.cwd.isEmpty())
            lines += u"cwd      "_s + command.cwd;
        if (command.input)
            lines += named(u"stdin   "_s, *command.input);
        return lines;
    }
    QStringList operator()(const PolicyAction &policy) const { return named(u"policy document"_s, policy.toml); }
};

void addRows(QList<PayloadRow> &rows, qsizetype number, const QString &line)
{
    qsizetype at = 0;
    do {
        auto end = std::min(at + longestRow, line.size());
        if (end < line.size() && line[end].isLowSurrogate() && line[end - 1].isHighSurrogate())
            --end;
        const auto part = QStringView(line).sliced(at, end - at);
        PayloadRow row;
        row.key = QString::number(rows.size());
        row.number = at == 0 ? QString::number(number) : QString();
        row.text = visible(part);
        row.hidden = hasInvisible(part);
        rows.append(row);
        at = end;
    } while (at < line.size());
}

void addText(QString &text, const QList<DetailRow> &rows)
{
    for (const auto &row : rows)
        text += row.name + u'\t' + row.value + u'\n';
}

} // namespace

QList<PayloadRow> payloadRows(const Evidence &evidence)
{
    QStringList lines = std::visit(ActionLines{evidence.content.get()}, evidence.request.action);
    lines += QString();
    lines += u"request "_s + evidence.requestDigest.toString();
    lines += QString::fromUtf8(evidence.requestEnvelope.payload);
    QList<PayloadRow> rows;
    for (qsizetype i = 0; i < lines.size(); ++i)
        addRows(rows, i + 1, lines[i]);
    return rows;
}

Review::Lists reviewLists(const Evidence &evidence, const Viewer &, Instant now)
{
    Review::Lists lists;
    lists.payload = payloadRows(evidence);
    if (!evidence.hold)
        return lists;
    const auto &hold = *evidence.hold;
    lists.contradictions = contradictionRows(hold);
    if (evidence.previous)
        lists.delta = deltaRows(*evidence.previous, hold);
    lists.facts = factRows(hold, now);
    lists.dependents = dependentRows(hold);
    lists.recovery = recoveryRows(hold, now);
    for (const auto &diff : hold.measured.diffs) {
        DiffTab tab;
        tab.key = diff.blob.digest.toString();
        tab.title = shown(diff.title, 200);
        lists.diffs.append(tab);
    }
    lists.credential = credentialRows(hold);
    lists.policy = policyRows(evidence);
    lists.requester = requesterRows(evidence);
    return lists;
}

SectionTexts sectionTexts(const HoldView &hold, const Review::Lists &lists)
{
    QString contradictions, facts, dependents, diffs, payload, delta, recovery, credential, policy, requester;
    for (const auto &row : lists.contradictions)
        contradictions += row.sentence + u'\t' + row.detail + u'\n';
    for (const auto &row : lists.facts)
        facts += row.key + u'\t' + row.figure + u'\t' + row.label + u'\n';
    for (const auto &row : lists.dependents)
        dependents += row.name + u'\t' + row.effect + u'\t' + row.count + u'\n';
    for (const auto &row : lists.diffs)
        diffs += row.title + u'\t' + row.key + u'\n';
    for (const auto &row : lists.payload)
        payload += row.text + u'\n';
    addText(delta, lists.delta);
    addText(recovery, lists.recovery);
    addText(credential, lists.credential);
    addText(policy, lists.policy);
    addText(requester, lists.requester);
    return {{u"summary"_s, hold.sentence}, {u"contradictions"_s, contradictions}, {u"facts"_s, facts}, {u"delta"_s, delta},
            {u"dependents"_s, dependents}, {u"recovery"_s, hold.verdictWhy + u'\n' + recovery}, {u"diff"_s, diffs}, {u"payload"_s, payload},
            {u"credential"_s, credential}, {u"policy"_s, policy}, {u"requester"_s, requester}};
}

Digest viewDigest(const SectionTexts &sections)
{
    QByteArray lines;
    for (const auto &[id, text] : sections) {
        if (!text.isEmpty())
            lines += id.toUtf8() + ' ' + sha256(text.toUtf8()).hex().toLatin1() + '\n';
    }
    return sha256(lines);
}

} // namespace holdfast::present
