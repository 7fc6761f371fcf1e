// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/hold.h"
#include "core/documents/parts.h"

/// Readers and writers of what a hold (and, for facts, a receipt) is made of; no part of the contract of core.
namespace holdfast::parts {

/// A word that `from` knows; `strictest` stands in after an error.
template<typename E>
[[nodiscard]] E readVia(ObjectReader &reader, QStringView name, std::optional<E> (*from)(QStringView), E strictest)
{
    const std::optional<E> value = from(reader.text(name));
    if (!reader.failed() && !value)
        reader.fail(DocumentError::Kind::InvalidValue, name, QStringLiteral("it is not one of the words that the protocol lists"));
    return value.value_or(strictest);
}
[[nodiscard]] Quality readQuality(ObjectReader &reader);
/// No id twice; an unknown fact without number says why.
[[nodiscard]] std::vector<Fact> readFacts(ObjectReader &reader, QStringView name);

/// The dependent that would be number `index` of its list.
void readDependent(ObjectReader &reader, int index, Dependent &dependent);

/// The members `resources` to `uninspectable` and `confirm_text`, wherever they stand among those of a hold.
void readMeasurement(ObjectReader &reader, Measurement &measured);
/// Those of them that stand together in a hold: `summary` to `credential`.
void addMeasured(JsonBuilder &builder, const Measurement &measured);

[[nodiscard]] Json summaryJson(const Measurement &measured);
[[nodiscard]] Json environmentJson(const EnvironmentFact &environment);
[[nodiscard]] Json contradictionJson(const Contradiction &contradiction);
[[nodiscard]] Json dependentJson(const Dependent &dependent);
[[nodiscard]] Json recoveryJson(const Recovery &recovery);
[[nodiscard]] Json wholeJson(const WholeLists &whole);
[[nodiscard]] Json diffJson(const DiffRef &diff);
[[nodiscard]] Json credentialJson(const CredentialFacts &credential);

} // namespace holdfast::parts
