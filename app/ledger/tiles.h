// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/entry.h"
#include "ledger/merkle.h"

#include <vector>

// A ledger as files, C2SP tlog-tiles: `checkpoint`, `tile/<L>/<N>` (256 hashes of level 8·L), `tile/entries/<N>` (u16
// big-endian length ‖ entry), the last ones partial (`.p/<W>`), N in groups `x001/x234/067`; and `blob/<hex>`.
namespace holdfast {

struct TilesError final
{
    enum class Kind { CannotWrite, CannotRead, Malformed, MissingEntry };
    Kind kind;
    QString file; ///< relative to the directory
    [[nodiscard]] QString sentence() const;
};

struct ExportSource final
{
    QByteArray checkpoint; ///< signed note
    std::int64_t size = 0; ///< of that checkpoint
    std::function<std::optional<QByteArray>(std::int64_t index)> entry;
    std::vector<Digest> blobs; ///< to be exported; those that do not exist any more are left out
    BlobSource blob;
};

/// `tile/1/x001/234` or `tile/entries/000.p/17`; `level` -1 means entries, `width` 256 a full tile.
[[nodiscard]] QString tilePath(int level, std::int64_t index, int width = 256);

/// Writes into `directory`, which must be empty or absent; files are 0600. The checkpoint is written last.
[[nodiscard]] Result<Done, TilesError> exportTiles(const QString &directory, const ExportSource &source);

/// Reads such a directory. Nothing in it is believed: sizes are bounded, links are not followed.
class TileDirectory final
{
public:
    explicit TileDirectory(const QString &directory);

    [[nodiscard]] Result<QByteArray, TilesError> checkpoint() const;
    /// Entries of tile `index` of a ledger of `size`: exactly as many as that size says.
    [[nodiscard]] Result<std::vector<QByteArray>, TilesError> entries(std::int64_t index, std::int64_t size) const;
    /// Hashes of tile `index` at `level` (0: leaves, 1: level 8, …).
    [[nodiscard]] Result<std::vector<Digest>, TilesError> hashes(int level, std::int64_t index, std::int64_t size) const;
    [[nodiscard]] std::optional<QByteArray> blob(const Digest &digest) const;
    /// Names of files under `blob/`.
    [[nodiscard]] QStringList blobNames() const;

private:
    [[nodiscard]] std::optional<QByteArray> read(const QString &name, qsizetype most) const;

    QString m_directory; ///< canonical; empty when it does not exist
};

} // namespace holdfast
