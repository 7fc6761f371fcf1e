// SPDX-License-Identifier: Apache-2.0
#include "diff/builder.h"
#include "diff/formats.h"

#include <QRegularExpression>
#include <QStringDecoder>

namespace holdfast::diff {

namespace {

class UnifiedReader final
{
public:
    explicit UnifiedReader(const Limits &limits) : m_out(limits) {}

    /// Empty, or why the line cannot stand there.
    [[nodiscard]] QString take(QStringView line)
    {
        if (m_oldLeft > 0 || m_newLeft > 0)
            return takeContent(line);
        if (line.startsWith(QStringLiteral("@@ ")))
            return takeRange(line);
        if (line.startsWith(QStringLiteral("--- ")))
            m_oldName = line.sliced(4).toString();
        else if (line.startsWith(QStringLiteral("+++ ")))
            takeName(line.sliced(4).toString());
        else if (line.startsWith(u'\\'))
            endText();
        return {};
    }

    [[nodiscard]] Result<Document, Error> finish(bool anything)
    {
        if (m_oldLeft > 0 || m_newLeft > 0)
            return Failure{Error{Error::Kind::Malformed, QStringLiteral("the last hunk is shorter than it says")}};
        if (anything && m_out.document().hunks.empty())
            return Failure{Error{Error::Kind::Malformed, QStringLiteral("there is no hunk")}};
        return m_out.finish();
    }
    /// What was read before the limit.
    [[nodiscard]] Document finishTruncated() { return m_out.finish(); }
    [[nodiscard]] bool full() const { return m_full; }

private:
    void takeName(const QString &name)
    {
        Document &document = m_out.document();
        if (document.hunks.empty()) {
            document.oldName = m_oldName;
            document.newName = name;
        }
        m_file = document.hunks.empty() ? QString() : name;
    }

    QString takeRange(QStringView line)
    {
        static const QRegularExpression pattern(QStringLiteral("\\A@@ -([0-9]{1,9})(?:,([0-9]{1,9}))? \\+([0-9]{1,9})(?:,([0-9]{1,9}))? @@ ?(.*)\\z"));
        const auto match = pattern.match(line.toString());
        if (!match.hasMatch())
            return QStringLiteral("a line @@ -a,b +c,d @@");
        const auto count = [&](int group) { return match.hasCaptured(group) && !match.captured(group).isEmpty() ? match.captured(group).toInt() : 1; };
        m_old = match.captured(1).toInt();
        m_new = match.captured(3).toInt();
        m_oldLeft = count(2);
        m_newLeft = count(4);
        const QString heading = m_file.isEmpty() ? match.captured(5) : QStringLiteral("%1 %2").arg(m_file, match.captured(5)).trimmed();
        m_out.beginHunk(m_old, m_new, heading);
        return {};
    }

    QString takeContent(QStringView line)
    {
        const QChar mark = line.isEmpty() ? u' ' : line.front();
        if (mark == u'\\') {
            endText();
            return {};
        }
        const bool inOld = mark == u' ' || mark == u'-';
        const bool inNew = mark == u' ' || mark == u'+';
        if ((!inOld && !inNew) || (inOld && m_oldLeft == 0) || (inNew && m_newLeft == 0))
            return QStringLiteral("a line of the hunk that begins with space, - or +");
        Line out;
        out.kind = mark == u' ' ? LineKind::Context : mark == u'-' ? LineKind::Removed : LineKind::Added;
        out.oldNumber = inOld ? m_old++ : 0;
        out.newNumber = inNew ? m_new++ : 0;
        out.text = line.isEmpty() ? QString() : line.sliced(1).toString();
        m_oldLeft -= inOld;
        m_newLeft -= inNew;
        m_full = !m_out.add(std::move(out));
        return {};
    }

    void endText()
    {
        auto &hunks = m_out.document().hunks;
        if (!hunks.empty() && !hunks.back().lines.empty())
            hunks.back().lines.back().unterminated = true;
    }

    DocumentBuilder m_out;
    QString m_oldName, m_file;
    int m_old = 0, m_new = 0, m_oldLeft = 0, m_newLeft = 0;
    bool m_full = false;
};

} // namespace

Result<Document, Error> parseUnified(QByteArrayView blob, const Limits &limits)
{
    if (blob.size() > limits.bytes)
        return Failure{Error{Error::Kind::TooLarge, {}}};
    QStringDecoder decode(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString text = decode(blob);
    if (decode.hasError())
        return Failure{Error{Error::Kind::NotUtf8, {}}};
    UnifiedReader reader(limits);
    int number = 0;
    for (QStringView rest = text; !rest.isEmpty();) {
        const qsizetype end = rest.indexOf(u'\n');
        ++number;
        if (const QString wanted = reader.take(end < 0 ? rest : rest.first(end)); !wanted.isEmpty())
            return Failure{Error{Error::Kind::Malformed, QStringLiteral("line %1: expected %2").arg(QString::number(number), wanted)}};
        if (reader.full())
            return reader.finishTruncated();
        rest = end < 0 ? QStringView() : rest.sliced(end + 1);
    }
    return reader.finish(!text.isEmpty());
}

} // namespace holdfast::diff
