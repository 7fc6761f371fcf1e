// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/postgresclient.h"

namespace holdfast {

Understanding understandDropdb(CommandPlan &plan, const MeasureInput &input)
{
    static const OptionTable table{QStringLiteral("efiVwW?"), QStringLiteral("hpU"),
                                   {QStringLiteral("echo"), QStringLiteral("force"), QStringLiteral("interactive"), QStringLiteral("version"), QStringLiteral("if-exists"),
                                    QStringLiteral("no-password"), QStringLiteral("password"), QStringLiteral("help")},
                                   {QStringLiteral("host"), QStringLiteral("port"), QStringLiteral("username"), QStringLiteral("maintenance-db")}, {}, true};
    const auto arguments = readArguments(plan.argv.sliced(1), table);
    if (!arguments.unknown.isEmpty() || arguments.operands.size() != 1)
        return understandNothing(plan, QStringLiteral("dropdb wants the name of one database"));
    Destination destination = destinationFrom(plan);
    take(destination.host, arguments.value({QStringLiteral("h"), QStringLiteral("host")}));
    take(destination.port, arguments.value({QStringLiteral("p"), QStringLiteral("port")}));
    take(destination.user, arguments.value({QStringLiteral("U"), QStringLiteral("username")}));
    destination.database = arguments.operands.front();
    QString name = destination.database;
    const bool force = arguments.has({QStringLiteral("f"), QStringLiteral("force")});
    const QString statement = QStringLiteral("DROP DATABASE \"%1\"%2").arg(name.replace(u'"', QStringLiteral("\"\"")), force ? QStringLiteral(" WITH (FORCE)") : QString());
    auto understanding = measureSent(statement, destination, {QStringLiteral("dropdb connects and acts by itself: no transaction of the gate's holds it back")}, plan, input);
    understanding.inner.measurement.operation = QStringLiteral("database.drop-database");
    if (force)
        understanding.flags.push_back({QStringLiteral("--force"), QStringLiteral("ends every connection to the database first")});
    return understanding;
}

} // namespace holdfast
