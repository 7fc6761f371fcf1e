// SPDX-License-Identifier: Apache-2.0
#include "cli/interrupt.h"

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace holdfast {

namespace {

volatile std::sig_atomic_t writeEnd = -1;

extern "C" void holdfastInterrupted(int)
{
    const char byte = 1;
    [[maybe_unused]] const ssize_t written = ::write(static_cast<int>(writeEnd), &byte, 1);
}

void handle(void (*handler)(int))
{
    struct sigaction action{};
    action.sa_handler = handler;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

} // namespace

Interrupt::Interrupt(std::function<void()> interrupted)
{
    if (::pipe2(m_ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    writeEnd = m_ends[1];
    m_notifier = std::make_unique<QSocketNotifier>(m_ends[0], QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(), [this, interrupted = std::move(interrupted)] {
        m_notifier->setEnabled(false);
        interrupted();
    });
    handle(holdfastInterrupted);
}

Interrupt::~Interrupt()
{
    if (m_ends[0] < 0)
        return;
    handle(SIG_DFL);
    m_notifier.reset();
    ::close(m_ends[0]);
    ::close(m_ends[1]);
}

} // namespace holdfast
