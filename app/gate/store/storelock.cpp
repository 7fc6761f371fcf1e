// SPDX-License-Identifier: Apache-2.0
#include "gate/store/storelock.h"

#include <QFile>
#include <QList>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace holdfast {

namespace {

StoreTaken failed()
{
    StoreTaken why;
    why.detail = QString::fromLocal8Bit(std::strerror(errno));
    return why;
}

/// The holder's own words: "<pid> <since>".
StoreTaken holder(int descriptor)
{
    StoreTaken taken;
    taken.held = true;
    std::array<char, 64> text{};
    const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
    const QList<QByteArray> words = QByteArray(text.data(), std::max<ssize_t>(size, 0)).simplified().split(' ');
    taken.pid = words.first().toLongLong();
    // The present holder may not have written yet: then this is of one that is gone.
    if (taken.pid <= 0 || (::kill(static_cast<pid_t>(taken.pid), 0) != 0 && errno == ESRCH)) {
        taken.pid = 0;
        return taken;
    }
    if (words.size() > 1)
        taken.since = parseInstant(QString::fromLatin1(words.at(1)));
    return taken;
}

} // namespace

Result<StoreLock, StoreTaken> StoreLock::take(const QString &store, Instant now)
{
    const QByteArray path = QFile::encodeName(pathOf(store));
    const int descriptor = ::open(path.constData(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (descriptor < 0)
        return Failure{failed()};
    StoreLock lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
        return Failure{errno == EWOULDBLOCK ? holder(descriptor) : failed()};
    const QByteArray mine = QByteArray::number(::getpid()) + ' ' + formatInstant(now).toLatin1() + '\n';
    if (::ftruncate(descriptor, 0) != 0 || ::pwrite(descriptor, mine.constData(), static_cast<std::size_t>(mine.size()), 0) != mine.size())
        return Failure{failed()};
    return lock;
}

StoreLock::~StoreLock()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

} // namespace holdfast
