// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documenterror.h"
#include "core/documents/registry.h"

#include <optional>

namespace holdfast {

/// What this user has once accepted of a gate and holds it to.
struct Pins final
{
    QString gate; ///< name
    QString url; ///< where it was last; a convenience, proves nothing
    GateKeys keys;
    std::optional<Digest> firstRegistry; ///< payload digest of registry 0: the chain is walked from it
    QByteArray checkpoint; ///< highest verified signed note; empty before the first
};

/// One file per gate key, `pins/<16 hex of SHA-256(vkey)>.json`, strict JSON, 0600, replaced with QSaveFile under a lock file.
class PinFile final
{
public:
    /// `$XDG_DATA_HOME/holdfast/pins`
    [[nodiscard]] static QString defaultDirectory();
    explicit PinFile(const VerifierKey &gateKey, const QString &directory = defaultDirectory());

    /// nullopt: never pinned. A file that is there and cannot be read is an error, not a first meeting.
    [[nodiscard]] Result<std::optional<Pins>, DocumentError> load() const;
    /// First meeting, or the same pins with more in them. False: not written, or it would change a key or the first registry
    /// that is pinned already. A checkpoint smaller than the one on disk is left out.
    [[nodiscard]] bool save(const Pins &pins) const;
    [[nodiscard]] bool remove() const;
    [[nodiscard]] const QString &path() const { return m_path; }

private:
    QString m_path;
};

/// Every gate that was pinned; files that cannot be read are left out.
[[nodiscard]] std::vector<Pins> allPins(const QString &directory = PinFile::defaultDirectory());

} // namespace holdfast
