// SPDX-License-Identifier: Apache-2.0
#include "fakes/faultyvfs.h"

#include <sqlite3.h>

#include <atomic>
#include <cstring>

namespace holdfast::tests {

namespace {

std::atomic<int> countdown{0};
std::atomic<bool> forGoodWanted{false};
std::atomic<bool> struck{false};
sqlite3_vfs *real = nullptr;
sqlite3_vfs shim;
sqlite3_io_methods methods;

/// SQLite's file, with the real one behind it.
struct File final
{
    sqlite3_file base;
    sqlite3_file *inner;
};

sqlite3_file *innerOf(sqlite3_file *file)
{
    return reinterpret_cast<File *>(file)->inner;
}

bool fails()
{
    if (struck && forGoodWanted)
        return true;
    if (countdown.load() > 0 && countdown.fetch_sub(1) == 1) {
        struck = true;
        return true;
    }
    return false;
}

int openFile(sqlite3_vfs *, const char *name, sqlite3_file *file, int flags, int *outFlags)
{
    auto *mine = reinterpret_cast<File *>(file);
    mine->inner = reinterpret_cast<sqlite3_file *>(mine + 1);
    const int code = real->xOpen(real, name, mine->inner, flags, outFlags);
    mine->base.pMethods = mine->inner->pMethods ? &methods : nullptr;
    return code;
}

void describeMethods()
{
    methods.iVersion = 3;
    methods.xClose = [](sqlite3_file *f) { return innerOf(f)->pMethods->xClose(innerOf(f)); };
    methods.xRead = [](sqlite3_file *f, void *to, int size, sqlite3_int64 at) { return innerOf(f)->pMethods->xRead(innerOf(f), to, size, at); };
    methods.xWrite = [](sqlite3_file *f, const void *from, int size, sqlite3_int64 at) {
        if (fails()) {
            innerOf(f)->pMethods->xWrite(innerOf(f), from, size / 2, at); // a torn write
            return SQLITE_IOERR_WRITE;
        }
        return innerOf(f)->pMethods->xWrite(innerOf(f), from, size, at);
    };
    methods.xTruncate = [](sqlite3_file *f, sqlite3_int64 size) { return fails() ? SQLITE_IOERR_TRUNCATE : innerOf(f)->pMethods->xTruncate(innerOf(f), size); };
    methods.xSync = [](sqlite3_file *f, int flags) { return fails() ? SQLITE_IOERR_FSYNC : innerOf(f)->pMethods->xSync(innerOf(f), flags); };
    methods.xFileSize = [](sqlite3_file *f, sqlite3_int64 *size) { return innerOf(f)->pMethods->xFileSize(innerOf(f), size); };
    methods.xLock = [](sqlite3_file *f, int level) { return innerOf(f)->pMethods->xLock(innerOf(f), level); };
    methods.xUnlock = [](sqlite3_file *f, int level) { return innerOf(f)->pMethods->xUnlock(innerOf(f), level); };
    methods.xCheckReservedLock = [](sqlite3_file *f, int *out) { return innerOf(f)->pMethods->xCheckReservedLock(innerOf(f), out); };
    methods.xFileControl = [](sqlite3_file *f, int op, void *arg) { return innerOf(f)->pMethods->xFileControl(innerOf(f), op, arg); };
    methods.xSectorSize = [](sqlite3_file *f) { return innerOf(f)->pMethods->xSectorSize(innerOf(f)); };
    methods.xDeviceCharacteristics = [](sqlite3_file *f) { return innerOf(f)->pMethods->xDeviceCharacteristics(innerOf(f)); };
    methods.xShmMap = [](sqlite3_file *f, int page, int size, int extend, void volatile **out) {
        return innerOf(f)->pMethods->xShmMap(innerOf(f), page, size, extend, out);
    };
    methods.xShmLock = [](sqlite3_file *f, int offset, int n, int flags) { return innerOf(f)->pMethods->xShmLock(innerOf(f), offset, n, flags); };
    methods.xShmBarrier = [](sqlite3_file *f) { innerOf(f)->pMethods->xShmBarrier(innerOf(f)); };
    methods.xShmUnmap = [](sqlite3_file *f, int remove) { return innerOf(f)->pMethods->xShmUnmap(innerOf(f), remove); };
    methods.xFetch = [](sqlite3_file *f, sqlite3_int64 at, int size, void **out) { return innerOf(f)->pMethods->xFetch(innerOf(f), at, size, out); };
    methods.xUnfetch = [](sqlite3_file *f, sqlite3_int64 at, void *page) { return innerOf(f)->pMethods->xUnfetch(innerOf(f), at, page); };
}

} // namespace

void installFaultyVfs()
{
    if (real != nullptr)
        return;
    real = sqlite3_vfs_find(nullptr);
    describeMethods();
    std::memcpy(&shim, real, sizeof shim);
    shim.zName = "faulty";
    shim.szOsFile = static_cast<int>(sizeof(File)) + real->szOsFile;
    shim.xOpen = openFile;
    sqlite3_vfs_register(&shim, 1);
}

void failFrom(int n, bool forGood)
{
    struck = false;
    forGoodWanted = forGood;
    countdown = n;
}

bool faultStruck()
{
    return struck;
}

} // namespace holdfast::tests
