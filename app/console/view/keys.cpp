// SPDX-License-Identifier: Apache-2.0
#include "console/view/keys.h"

#include "core/username.h"

namespace holdfast {

Keys::Keys(QObject *parent)
    : QObject(parent)
{
}

void Keys::setSealedFile(bool sealed)
{
    if (m_sealedFile == sealed)
        return;
    m_sealedFile = sealed;
    Q_EMIT changed();
}

void Keys::offer(const Offer &offer)
{
    m_offer = offer;
    Q_EMIT changed();
}

void Keys::show(const QList<KeyRow> &rows, const QList<GateRow> &gates)
{
    m_rows.replace(rows);
    m_gates.replace(gates);
    Q_EMIT changed();
}

void Keys::setKeychain(Keychain state, const QString &text)
{
    m_keychain = state;
    m_keychainText = text;
    Q_EMIT changed();
}

void Keys::advance(Step step, const QString &text)
{
    m_step = step;
    m_problem = step == Failed ? text : QString();
    m_done = step == Ready ? text : QString();
    Q_EMIT changed();
}

QString Keys::proposedName() const
{
    return userName();
}

Passphrase Keys::longEnough(SecretInput *field) const
{
    return field != nullptr && field->length() >= minimumPassphrase() ? field->take() : nullptr;
}

void Keys::createOwner(const QString &name, SecretInput *field)
{
    const auto passphrase = m_step == Working || name.isEmpty() ? nullptr : longEnough(field);
    if (!passphrase)
        return;
    advance(Working);
    Q_EMIT ownerWanted(name, passphrase, m_sealedFile);
}

void Keys::enrol(const QString &name, const QString &address, const QString &invite, SecretInput *field)
{
    const auto passphrase = m_step == Working || name.isEmpty() || invite.isEmpty() ? nullptr : longEnough(field);
    if (!passphrase)
        return;
    advance(Working);
    Q_EMIT enrolWanted(name, address, invite, passphrase, m_sealedFile);
}

void Keys::unlock()
{
    Q_EMIT unlockWanted();
}

void Keys::copy(const QString &key)
{
    Q_EMIT copyWanted(key);
}

} // namespace holdfast
