// SPDX-License-Identifier: Apache-2.0
#include "keys/keystore.h"

#include "core/text/visible.h"

#include <QDateTime>

namespace holdfast {

QString StoreIdentity::words() const
{
    constexpr qsizetype longest = 80;
    const auto shown = [](const QString &foreign) { return visible(foreign, {.keepLines = false, .limit = longest}); };
    QString text = label.isEmpty() ? QStringLiteral("a keyring without a name") : QStringLiteral("the keyring “%1”").arg(shown(label));
    if (!program.isEmpty())
        text += QStringLiteral(" of %1").arg(shown(program));
    if (createdAt > 0)
        text += QStringLiteral(", made %1").arg(QDateTime::fromSecsSinceEpoch(createdAt).toUTC().toString(QStringLiteral("yyyy-MM-dd hh:mm")));
    return text;
}

Likeness likenessOf(const StoreIdentity &one, const StoreIdentity &other)
{
    if (!one.isKnown() || !other.isKnown())
        return Likeness::Maybe;
    if (one.program != other.program || one.label != other.label || one.collection != other.collection)
        return Likeness::Other;
    if (one.createdAt == 0 || other.createdAt == 0)
        return Likeness::Maybe;
    return one.createdAt == other.createdAt ? Likeness::Same : Likeness::Other;
}

QString toString(KeyState state)
{
    switch (state) {
    case KeyState::Present: return QStringLiteral("present");
    case KeyState::Locked: return QStringLiteral("locked");
    case KeyState::Absent: return QStringLiteral("absent");
    case KeyState::Unavailable: return QStringLiteral("unavailable");
    case KeyState::Denied: return QStringLiteral("denied");
    }
    return {};
}

} // namespace holdfast
