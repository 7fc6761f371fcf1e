// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"
#include "gate/store/storeerror.h"

#include <QByteArray>
#include <QString>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace holdfast {

/// Does the work of a store that no commit should wait for, on a thread and a connection of its own: checkpoints of the write-ahead
/// log, and the file that keeps the highest signed checkpoint of the ledger. Functions may be called from any thread.
class Housekeeper final
{
public:
    /// `checkpointFile` is replaced atomically with the newest note handed to keep().
    Housekeeper(QString storeFile, QString checkpointFile);
    ~Housekeeper(); ///< writes what is still to be written
    Housekeeper(const Housekeeper &) = delete;
    Housekeeper &operator=(const Housekeeper &) = delete;

    void logGrew(int pages);
    void keep(QByteArray note);

    /// The note that the file keeps; empty when there is none; nullopt when it cannot be read.
    [[nodiscard]] static std::optional<QByteArray> kept(const QString &checkpointFile);

private:
    void run();

    const QString m_storeFile;
    const QString m_checkpointFile;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    int m_pages = 0;
    QByteArray m_note;
    bool m_stop = false;
    std::thread m_thread;
};

} // namespace holdfast
