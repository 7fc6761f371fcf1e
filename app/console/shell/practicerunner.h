// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/shell/embeddedgate.h"

namespace holdfast {

/// The practice ground, worked by the same commands that a person has: `hold admin practice …` as a child process.
class PracticeRunner final : public QObject
{
    Q_OBJECT
public:
    explicit PracticeRunner(Places places, QObject *parent = nullptr);

    [[nodiscard]] bool exists() const;
    /// Makes the ground and, with it, the configuration of the embedded gate. ready() or failed() follows.
    void make();
    /// Starts the ground's database where it is stopped. ready() or failed() follows.
    void start();
    /// Lets the practice agent ask once more: `hold sql` with the agent's own key. replayed() when its request is made.
    void replay();

Q_SIGNALS:
    void ready();
    void replayed();
    void failed(const QString &why);

private:
    void run(const QString &action, void (PracticeRunner::*then)());

    Places m_places;
};

} // namespace holdfast
