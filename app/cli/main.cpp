// SPDX-License-Identifier: Apache-2.0
#include "cli/commandline.h"
#include "core/signer.h"

#include <QCoreApplication>

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("hold"));
    holdfast::initialiseCryptography();
    return static_cast<int>(holdfast::runCommandLine(argc, argv));
}
