// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/tellingdetail.h"

#include "kinds/posix/uniquefd.h"

#include <QFile>

#include <fcntl.h>
#include <sys/stat.h>

namespace holdfast {

namespace {

constexpr qint64 MaxRead = 256LL * 1024;

/// Lines that are neither empty nor comments; nothing where the file is another one by now, or larger than any such list.
std::optional<qsizetype> keysIn(int parent, const QByteArray &name, const struct statx &entry)
{
    UniqueFd descriptor(::openat(parent, name.constData(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat opened{};
    if (!descriptor || ::fstat(descriptor.get(), &opened) != 0 || !S_ISREG(opened.st_mode) || opened.st_ino != entry.stx_ino || opened.st_size > MaxRead)
        return std::nullopt;
    QFile file;
    if (!file.open(descriptor.get(), QIODevice::ReadOnly))
        return std::nullopt;
    qsizetype keys = 0;
    for (const QByteArray &line : file.read(MaxRead).split('\n'))
        keys += line.trimmed().isEmpty() || line.trimmed().startsWith('#') ? 0 : 1;
    return keys;
}

} // namespace

QString tellingDetail(int parent, const QByteArray &name, const struct statx &entry)
{
    const QString mode = QStringLiteral("mode %1").arg(entry.stx_mode & 07777, 4, 8, QChar(u'0'));
    const auto keys = name.startsWith("authorized_keys") ? keysIn(parent, name, entry) : std::nullopt;
    return keys ? QStringLiteral("%1 %2, %3").arg(QString::number(*keys), *keys == 1 ? QStringLiteral("key") : QStringLiteral("keys"), mode) : mode;
}

} // namespace holdfast
