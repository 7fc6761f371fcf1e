// SPDX-License-Identifier: Apache-2.0
#include "console/view/passphraseprompt.h"

namespace holdfast {

PassphrasePrompt::PassphrasePrompt(QObject *parent)
    : QObject(parent)
{
}

void PassphrasePrompt::ask(const QString &reason, const QString &problem)
{
    m_wanted = true;
    m_working = false;
    m_withdrawn = false;
    m_reason = reason;
    m_problem = problem;
    Q_EMIT changed();
}

void PassphrasePrompt::withdraw(const QString &problem)
{
    if (!m_wanted)
        return;
    m_withdrawn = true;
    m_working = false;
    m_problem = problem;
    Q_EMIT changed();
}

void PassphrasePrompt::close()
{
    m_wanted = false;
    m_working = false;
    m_withdrawn = false;
    m_reason.clear();
    m_problem.clear();
    Q_EMIT changed();
}

void PassphrasePrompt::give(SecretInput *field)
{
    const auto passphrase = m_wanted && !m_working && field != nullptr ? field->take() : nullptr;
    if (!passphrase)
        return;
    if (m_withdrawn)
        return close();
    m_working = true;
    m_problem.clear();
    Q_EMIT changed();
    Q_EMIT given(passphrase);
}

void PassphrasePrompt::cancel()
{
    if (!m_wanted)
        return;
    const bool awaited = !m_withdrawn;
    close();
    if (awaited)
        Q_EMIT cancelled();
}

} // namespace holdfast
