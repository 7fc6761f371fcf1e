// SPDX-License-Identifier: Apache-2.0
#include "console/desk/enroldesk.h"

namespace holdfast {

EnrolDesk::EnrolDesk(EmbeddedGate &gate, KeyDesk &keys, Keys &view, QObject *parent)
    : QObject(parent)
    , m_gate(gate)
    , m_keys(keys)
    , m_view(view)
{
    connect(&m_view, &Keys::ownerWanted, this, &EnrolDesk::becomeOwner);
    connect(&m_view, &Keys::enrolWanted, this, &EnrolDesk::enrol);
    connect(&m_keys, &KeyDesk::enrolled, this, [this](const Pins &pins) {
        if (m_address)
            Q_EMIT enrolled(*m_address, pins);
    });
}

void EnrolDesk::offer(const GateFile &found)
{
    m_view.offer({found.awaitsOwner, !found.awaitsOwner || !m_gate.isRunning(), found.address.url.toString()});
}

void EnrolDesk::becomeOwner(const QString &name, const Passphrase &passphrase, bool sealed)
{
    const auto enrol = [this, name, passphrase, sealed] {
        if (m_address && m_gate.ownerSecret())
            m_keys.enrol(*m_address, {m_address->key, *m_gate.ownerSecret()}, name, passphrase, sealed);
    };
    if (m_gate.isRunning())
        return enrol();
    const auto waiting = EmbeddedGate::findRunning();
    if (!waiting || !waiting->awaitsOwner) {
        //: First run: the gate that runs has an owner, who alone can invite others
        return m_view.advance(Keys::Failed, tr("This gate has an owner already: enrol with an invite."));
    }
    // It runs without anybody, and its owner's secret is known only where it was started: begun anew, it is this console's.
    m_view.advance(Keys::Working);
    m_onListening = enrol;
    m_gate.takeOver(*waiting);
}

void EnrolDesk::resume()
{
    if (m_onListening)
        std::exchange(m_onListening, nullptr)();
}

void EnrolDesk::giveUp(const QString &why)
{
    m_onListening = nullptr;
    m_view.advance(Keys::Failed, why);
}

void EnrolDesk::enrol(const QString &name, const QString &address, const QString &text, const Passphrase &passphrase, bool sealed)
{
    const auto invite = Invite::parse(text.trimmed());
    if (!invite) {
        //: Keys page: what was pasted is not an invite
        return m_view.advance(Keys::Failed, tr("That is not an invite. It looks like gate+…#…"));
    }
    const QUrl url(address.trimmed());
    m_address = {isGateUrl(url) ? url : m_address ? m_address->url : url, invite->gateKey};
    if (!isGateUrl(m_address->url)) {
        //: Keys page: the address of a gate has a wrong form
        return m_view.advance(Keys::Failed, tr("That is not the address of a gate. It looks like ws://127.0.0.1:7420/v1"));
    }
    m_keys.enrol(*m_address, *invite, name, passphrase, sealed);
}

} // namespace holdfast
