// SPDX-License-Identifier: Apache-2.0
#include "link/enrolment.h"

namespace holdfast {

Envelope enrolment(const Invite &invite, const Challenge &challenge, const std::map<QString, const Signer *> &keys)
{
    Enrol enrol{challenge.gate, challenge.key, challenge.nonce, {}, invite.mark(), {}};
    for (const auto &[purposeName, signer] : keys)
        enrol.keys.emplace(purposeName, signer->key());
    enrol.mac = enrolMac(invite.secret, challenge.nonce, enrol.keys);
    Envelope envelope{enrol.toPayload(), QString::fromLatin1(payloadtype::Enrol), {}};
    const QByteArray signedBytes = preAuthenticationEncoding(payloadtype::Enrol, envelope.payload);
    for (const auto &[purposeName, signer] : keys) {
        const SignatureBytes signature = signer->sign(signedBytes);
        envelope.signatures.push_back({signer->key().hint(), QByteArray(reinterpret_cast<const char *>(signature.data()), signature.size())});
    }
    return envelope;
}

std::optional<Registry> enrolledRegistry(const Envelope &envelope, const VerifierKey &gateKey, const std::map<QString, VerifierKey> &keys)
{
    if (!verify(envelope, gateKey, payloadtype::Registry))
        return std::nullopt;
    auto registry = Registry::parse(envelope.payload);
    if (!registry || registry->gateKeys.key != gateKey)
        return std::nullopt;
    const Actor *enrolled = nullptr;
    for (const auto &[purposeName, key] : keys) {
        const Actor *actor = registry->actorByKey(key.bytes, purposeName);
        if (actor == nullptr || (enrolled != nullptr && actor != enrolled))
            return std::nullopt;
        enrolled = actor;
    }
    return std::move(registry).value();
}

} // namespace holdfast
