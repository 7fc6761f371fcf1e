// SPDX-License-Identifier: Apache-2.0
// Static QML modules are not found unless an executable names their plugins; each one that links holdfast_qml compiles this.
#include <QtQml/qqmlextensionplugin.h>

Q_IMPORT_QML_PLUGIN(Holdfast_ConsolePlugin)
Q_IMPORT_QML_PLUGIN(Holdfast_ThemePlugin)
Q_IMPORT_QML_PLUGIN(Holdfast_ControlsPlugin)
Q_IMPORT_QML_PLUGIN(Holdfast_InboxPlugin)
Q_IMPORT_QML_PLUGIN(Holdfast_ReviewPlugin)
Q_IMPORT_QML_PLUGIN(Holdfast_RunningPlugin)
Q_IMPORT_QML_PLUGIN(Holdfast_HistoryPlugin)
Q_IMPORT_QML_PLUGIN(Holdfast_KeysPlugin)
Q_IMPORT_QML_PLUGIN(Holdfast_SettingsPlugin)
Q_IMPORT_QML_PLUGIN(HoldfastPlugin)
