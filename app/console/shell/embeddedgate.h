// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/signer.h"
#include "wire/gateaddress.h"

#include <QObject>
#include <QProcess>
#include <QUrl>

#include <optional>

namespace holdfast {

/// The directories of one user. All below XDG directories; created 0700 when first used.
struct Places final
{
    QString data; ///< $XDG_DATA_HOME/holdfast
    QString config; ///< $XDG_CONFIG_HOME/holdfast
    QString state; ///< $XDG_STATE_HOME/holdfast: logs, pins
    QString runtime; ///< $XDG_RUNTIME_DIR/holdfast, else the state directory; nothing that others must find

    [[nodiscard]] static Places ofThisUser();
    [[nodiscard]] QString gateConfig() const { return data + QStringLiteral("/gate/gate.toml"); }
    [[nodiscard]] QString practice() const { return data + QStringLiteral("/practice"); }
};

/// The gate that this console starts for itself: `holdfastd` as a child process on loopback. It ends with the console
/// (SIGTERM, then a wait). A gate that dies is started again, at most once a second and five times in a row.
class EmbeddedGate final : public QObject
{
    Q_OBJECT
public:
    explicit EmbeddedGate(Places places, QObject *parent = nullptr);
    ~EmbeddedGate() override;

    /// This user's gate, where one answers: whoever started it.
    [[nodiscard]] static std::optional<GateFile> findRunning();
    /// True if this user has a gate of his own already.
    [[nodiscard]] bool isConfigured() const;
    /// Starts it; listening(), held() or failed() follows. With `withOwner` a fresh owner secret is passed by descriptor.
    void start(bool withOwner);
    /// Ends a gate of this user that nobody has enrolled at, wherever it was started, and starts this one in its place.
    void takeOver(const GateFile &waiting);
    [[nodiscard]] bool isRunning() const { return m_process.state() != QProcess::NotRunning; }
    /// The 16 bytes that the first owner's enrolment proves; only after start(true).
    [[nodiscard]] const std::optional<QByteArray> &ownerSecret() const { return m_ownerSecret; }
    [[nodiscard]] const Places &places() const { return m_places; }
    void stop();

Q_SIGNALS:
    void listening(const QUrl &url);
    /// Another gate has the store: that is this user's gate, and is to be found beside it.
    void held();
    /// One sentence; names the program or file.
    void failed(const QString &why);

private:
    void launch();
    void startOnceEnded(const GateFile &waiting, int attempts);
    void readOutput();
    void ended(int exitCode);

    Places m_places;
    QProcess m_process;
    std::optional<QByteArray> m_ownerSecret;
    bool m_withOwner = false;
    bool m_wanted = false;
    int m_restarts = 0;
};

} // namespace holdfast
