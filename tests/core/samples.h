// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/command.h"
#include "core/documents/decision.h"
#include "core/documents/event.h"
#include "core/documents/grant.h"
#include "core/documents/session.h"
#include "core/signer.h"

#include <QStringList>

#include <functional>

/// Documents of every kind, full (every optional member there) and least (none), made by the code itself.
namespace holdfast::samples {

[[nodiscard]] Instant instant(const char16_t *text);
/// The same name gives the same key, always.
[[nodiscard]] SeedSigner signer(const QString &name, VerifierKey::Type type = VerifierKey::Type::Ed25519);
[[nodiscard]] VerifierKey key(const QString &name, VerifierKey::Type type = VerifierKey::Type::Ed25519);
[[nodiscard]] QString gateName();
[[nodiscard]] VerifierKey gateKey();
[[nodiscard]] BlobRef blob(const char *content);

[[nodiscard]] Actor human(const QString &name, const QString &person, QStringList roles = {QStringLiteral("approver")});
[[nodiscard]] Actor machine(const QString &name, const QString &person);
[[nodiscard]] Registry registry();
[[nodiscard]] Request request();
[[nodiscard]] Request policyRequest();
[[nodiscard]] Measurement measurement();
/// Revision 2 of a hold about request(), every optional member there.
[[nodiscard]] Hold hold();
[[nodiscard]] Decision approval();

struct Sample final
{
    QString name; ///< `request-sql`
    QString schema; ///< `request`
    const char *payloadType;
    QByteArray payload;
    /// Parses and writes again.
    std::function<Parsed<QByteArray>(QByteArrayView)> rewrite;
    QStringList optional; ///< paths of members whose absence leaves a document
};
[[nodiscard]] std::vector<Sample> all();

template<typename T>
[[nodiscard]] Sample sample(const char16_t *name, const char16_t *schema, const char *payloadType, const T &document, QStringList optional = {})
{
    const auto rewrite = [](QByteArrayView payload) -> Parsed<QByteArray> {
        const Parsed<T> parsed = T::parse(payload);
        return parsed ? Parsed<QByteArray>(parsed->toPayload()) : Parsed<QByteArray>(parsed.failure());
    };
    return {QString::fromUtf16(name), QString::fromUtf16(schema), payloadType, document.toPayload(), rewrite, std::move(optional)};
}

} // namespace holdfast::samples
