// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console/desk/keydesk.h"

namespace holdfast {

/// Enrols a person who has no keys at a gate: as its first owner, or by an invite.
class EnrolDesk final : public QObject
{
    Q_OBJECT
public:
    EnrolDesk(EmbeddedGate &gate, KeyDesk &keys, Keys &view, QObject *parent = nullptr);

    /// The gate that is enrolled at, until an invite comes with another address; nothing before one was found.
    [[nodiscard]] const std::optional<GateAddress> &address() const { return m_address; }
    void setAddress(const GateAddress &address) { m_address = address; }
    /// Shows what `found` lets a person without keys do: own it where it waits for its first owner, else come with an invite.
    void offer(const GateFile &found);
    /// The gate that was begun anew for its first owner listens at address().
    void resume();
    /// It does not, for this reason.
    void giveUp(const QString &why);

Q_SIGNALS:
    void enrolled(const holdfast::GateAddress &address, const holdfast::Pins &pins);

private:
    void becomeOwner(const QString &name, const Passphrase &passphrase, bool sealed);
    void enrol(const QString &name, const QString &address, const QString &text, const Passphrase &passphrase, bool sealed);

    EmbeddedGate &m_gate;
    KeyDesk &m_keys;
    Keys &m_view;
    std::optional<GateAddress> m_address;
    std::function<void()> m_onListening; ///< what waits for the gate that was just started
};

} // namespace holdfast
