// SPDX-License-Identifier: Apache-2.0
#include "gate/store/housekeeper.h"

#include "gate/store/sqlite.h"

#include <QFile>
#include <QSaveFile>

#include <spdlog/spdlog.h>

namespace holdfast {

namespace {

constexpr int pagesWorthACheckpoint = 1000; // 4 MB
constexpr std::chrono::milliseconds betweenRounds{200};
constexpr int pagesWorthWaitingFor = 50000; // 200 MB: then the log is emptied even if writers must wait

void writeNote(const QString &file, const QByteArray &note)
{
    QSaveFile target(file);
    if (!target.open(QIODevice::WriteOnly) || !target.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner)
        || target.write(note) != note.size() || !target.commit())
        spdlog::get("gate")->error("the highest checkpoint cannot be kept: {}", target.errorString().toStdString());
}

} // namespace

Housekeeper::Housekeeper(QString storeFile, QString checkpointFile)
    : m_storeFile(std::move(storeFile)), m_checkpointFile(std::move(checkpointFile)), m_thread([this] { run(); })
{
}

Housekeeper::~Housekeeper()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

void Housekeeper::logGrew(int pages)
{
    {
        const std::lock_guard lock(m_mutex);
        m_pages = pages;
    }
    if (pages >= pagesWorthACheckpoint)
        m_wake.notify_one();
}

void Housekeeper::keep(QByteArray note)
{
    {
        const std::lock_guard lock(m_mutex);
        m_note = std::move(note);
    }
    m_wake.notify_one();
}

std::optional<QByteArray> Housekeeper::kept(const QString &checkpointFile)
{
    QFile file(checkpointFile);
    if (!file.exists())
        return QByteArray();
    if (!file.open(QIODevice::ReadOnly))
        return std::nullopt;
    return file.read(64LL * 1024);
}

void Housekeeper::run()
{
    auto database = Database::open(m_storeFile);
    std::unique_lock lock(m_mutex);
    for (;;) {
        // Not after every commit: this thread's fsync competes with the next commit's.
        m_wake.wait_for(lock, betweenRounds, [this] { return m_stop; });
        m_wake.wait(lock, [this] { return m_stop || m_pages >= pagesWorthACheckpoint || !m_note.isEmpty(); });
        const bool last = m_stop;
        const int pages = std::exchange(m_pages, 0);
        const QByteArray note = std::exchange(m_note, {});
        lock.unlock();
        if (!note.isEmpty())
            writeNote(m_checkpointFile, note);
        if (database && pages >= pagesWorthACheckpoint) {
            Query query(**database, pages >= pagesWorthWaitingFor ? "PRAGMA wal_checkpoint(RESTART)" : "PRAGMA wal_checkpoint(PASSIVE)");
            query.run();
        }
        if (database && (*database)->failed())
            (*database)->rollback();
        if (last)
            return;
        lock.lock();
    }
}

} // namespace holdfast
