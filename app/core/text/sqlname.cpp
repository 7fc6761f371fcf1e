// SPDX-License-Identifier: Apache-2.0
#include "core/text/sqlname.h"

#include <algorithm>

namespace holdfast {

QString quoteIdent(const QString &name)
{
    return u'"' + QString(name).replace(u'"', QLatin1StringView("\"\"")) + u'"';
}

QString displayIdent(const QString &name)
{
    const auto plain = [](QChar c) { return (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9') || c == u'_'; };
    const bool simple = !name.isEmpty() && !(name[0] >= u'0' && name[0] <= u'9') && std::all_of(name.begin(), name.end(), plain);
    return simple ? name : quoteIdent(name);
}

} // namespace holdfast
