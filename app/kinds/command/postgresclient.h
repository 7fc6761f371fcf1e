// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/command/optionreader.h"
#include "kinds/command/understanding.h"

namespace holdfast {

/// Where a PostgreSQL client will connect, as far as its arguments and its environment name it. Nothing is filled in: what a client finds
/// by itself (Debian's wrapper looks for clusters, libpq for services and defaults) is not known here.
struct Destination final
{
    QString host, port, database, user;
    QStringList unclear; ///< what else decides about the connection, by name
    [[nodiscard]] bool isNamed() const { return !host.isEmpty() && !port.isEmpty() && !database.isEmpty(); }
    [[nodiscard]] QString text() const;
};

/// The PG… and PSQL… variables that the target passes on. Those that only prove who it is are left out.
[[nodiscard]] Destination destinationFrom(const CommandPlan &plan);
/// Takes a name of a database, or a whole connection string, which wins over all that was given before it.
void takeDatabase(Destination &destination, const QString &text);
void take(QString &into, const QString &value);

/// The registered target of kind `sql` whose url has that host, port and database; nullptr: none. Points into `targets`.
[[nodiscard]] const Target *targetAt(const Destination &destination, const std::vector<Target> *targets);
/// What statements sent to `destination` would do. Where a registered target lies there and the requester may ask it himself, its own kind
/// measures them, and will perform them, unless one of `reasons` says that the client would do something else: then all is unknown but
/// where it goes. Where he may not, the command stops, with the request to make instead. Elsewhere all of it is unknown.
[[nodiscard]] Understanding measureSent(const QString &statements, const Destination &destination, QStringList reasons, const CommandPlan &plan, const MeasureInput &input);

} // namespace holdfast
