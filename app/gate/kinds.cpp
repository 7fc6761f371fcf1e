// SPDX-License-Identifier: Apache-2.0
#include "gate/kinds.h"

#include "kinds/command/commandmeasurer.h"
#include "kinds/command/commandperformer.h"
#include "kinds/filesystem/filesystemmeasurer.h"
#include "kinds/filesystem/filesystemperformer.h"
#include "kinds/sql/identity.h"
#include "kinds/sql/sqlmeasurer.h"
#include "kinds/sql/sqlperformer.h"

namespace holdfast {

Kinds allKinds()
{
    Kinds kinds;
    kinds.emplace(kind::Sql.toString(), Kind{std::make_unique<SqlMeasurer>(), std::make_unique<SqlPerformer>()});
    kinds.emplace(kind::Filesystem.toString(), Kind{makeFilesystemMeasurer(), makeFilesystemPerformer()});
    kinds.emplace(kind::Command.toString(), Kind{makeCommandMeasurer(), makeCommandPerformer()});
    return kinds;
}

Result<Json, QString> identifyTarget(const Target &target, const Credential &credential, Instant at)
{
    if (target.kind != kind::Sql)
        return Failure{QStringLiteral("only targets of kind sql have an identity")};
    const auto live = sql::identifySql(target, &credential, at);
    if (!live)
        return Failure{live.error().toString()};
    JsonBuilder builder;
    builder.add(QStringLiteral("system"), live->identity.system).add(QStringLiteral("database"), live->identity.database);
    if (live->identity.host)
        builder.add(QStringLiteral("host"), *live->identity.host);
    if (live->identity.certificate)
        builder.add(QStringLiteral("certificate"), *live->identity.certificate);
    return builder.build();
}

} // namespace holdfast
