// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/unmeasured.h"

namespace holdfast {

namespace {

QString operationOf(const QString &kind)
{
    return kind + QStringLiteral(".unknown");
}

} // namespace

bool isUnmeasured(const Hold &hold)
{
    return hold.measured.operation == operationOf(hold.kind);
}

MeasureOutput unmeasured(const Subject &subject, const QString &why, Instant at)
{
    const auto unknown = [&](QStringView id, const QString &label, const QString &unit) {
        return Fact{id.toString(), label, QStringLiteral("unknown"), {}, unit, Quality::Unknown, why, at, Severity::Danger};
    };
    MeasureOutput output;
    Measurement &measured = output.measurement;
    measured.resources = {subject.request.target};
    measured.operation = operationOf(subject.request.kind);
    measured.summaryText = QStringLiteral("Asks for something that could not be measured.");
    measured.environment = {QStringLiteral("unknown"), Quality::Unknown, why};
    measured.facts = {unknown(fact::DestroyedRows, QStringLiteral("rows destroyed"), QStringLiteral("rows")),
                      unknown(fact::DestroyedBytes, QStringLiteral("bytes freed"), QStringLiteral("bytes"))};
    measured.recovery.how = why;
    measured.uninspectable = {why};
    measured.fingerprint = sha256(subject.request.actionBytes);
    measured.confirmText = subject.request.target;
    return output;
}

} // namespace holdfast
