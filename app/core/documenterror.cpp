// SPDX-License-Identifier: Apache-2.0
#include "core/documenterror.h"

namespace holdfast {

namespace {

QString what(DocumentError::Kind kind)
{
    switch (kind) {
    case DocumentError::Kind::NotJson:
        return QStringLiteral("not strict JSON");
    case DocumentError::Kind::NotAnObject:
        return QStringLiteral("not an object");
    case DocumentError::Kind::MissingMember:
        return QStringLiteral("is missing");
    case DocumentError::Kind::UnknownMember:
        return QStringLiteral("is not a member of this document");
    case DocumentError::Kind::WrongType:
        return QStringLiteral("is of the wrong type");
    case DocumentError::Kind::InvalidValue:
        return QStringLiteral("has an invalid value");
    case DocumentError::Kind::NulInAction:
        return QStringLiteral("contains U+0000, which an action must not");
    case DocumentError::Kind::WrongPayloadType:
        return QStringLiteral("is of another payload type");
    }
    return {};
}

} // namespace

QString DocumentError::sentence() const
{
    return detail.isEmpty() ? QStringLiteral("%1 %2.").arg(path, what(kind))
                            : QStringLiteral("%1 %2: %3.").arg(path, what(kind), detail);
}

} // namespace holdfast
