// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateclient.h"
#include "identity.h"

namespace holdfast::bench {

/// Carries a request of 2 KB to what shows it: the product's gate, the peer's, or the floor. Everything that can be done
/// before the clock starts is done in prepare(); send() is one write of the frame.
class Asker
{
public:
    virtual ~Asker() = default;
    virtual void prepare() = 0;
    virtual void send() = 0;
    /// Takes the request back once it was seen, so that as many wait as before; returns when that is acknowledged.
    virtual void takeBack() = 0;
};

[[nodiscard]] std::unique_ptr<Asker> askProduct(const QString &directory, const Cast &cast);
[[nodiscard]] std::unique_ptr<Asker> askPeer(const QString &url, const Cast &cast);
[[nodiscard]] std::unique_ptr<Asker> askFloor(quint16 port);

inline constexpr qsizetype RequestSize = 2048;

/// A message of the peers: JSON text with the payload as a string and its signature beside it.
[[nodiscard]] QByteArray peerMessage(const QString &operation, const QByteArray &payload, const Signer &signer);
/// The text of one member of a peer's message; empty where there is none.
[[nodiscard]] QString peerText(const QByteArray &message, const QString &member);

} // namespace holdfast::bench
