// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/gitaddress.h"

#include <QStringList>

namespace holdfast {

std::optional<GitAddress> GitAddress::parse(const QString &text)
{
    const auto local = [&text](const QString &path) -> std::optional<GitAddress> {
        // Decoded by git, and by nobody else alike.
        return path.startsWith(u'/') && !path.contains(u'%') ? std::optional(GitAddress{text, "file", path}) : std::nullopt;
    };
    if (text.startsWith(u'-') || text.contains(QStringLiteral("::")))
        return std::nullopt;
    if (text.startsWith(u'/'))
        return local(text);
    if (text.startsWith(u"file://"))
        return local(text.mid(7));
    for (const QString &protocol : {QStringLiteral("ssh"), QStringLiteral("https"), QStringLiteral("http"), QStringLiteral("git")}) {
        if (text.startsWith(protocol + QStringLiteral("://")))
            return text.contains(u'%') || text.mid(protocol.size() + 3).startsWith(u'-') ? std::nullopt : std::optional(GitAddress{text, protocol.toLatin1(), {}});
    }
    // host:path, as scp has it: a colon before the first slash, and no scheme.
    const auto colon = text.indexOf(u':');
    const auto slash = text.indexOf(u'/');
    const bool scp = colon > 0 && slash > colon && !text.contains(QStringLiteral("://"));
    return scp ? std::optional(GitAddress{text, "ssh", {}}) : std::nullopt;
}

} // namespace holdfast
