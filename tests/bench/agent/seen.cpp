// SPDX-License-Identifier: Apache-2.0
// bench_seen product RUNTIME-DIRECTORY | peer URL | floor PORT, then CAST-DIRECTORY X Y WIDTH HEIGHT SAMPLES
// From the request's frame leaving this process to its row standing on the X server, once per sample. The rectangle is where the
// first row appears; which sixteen pixels square of it tell the row from no row is learnt by asking three times first.
#include "asker.h"
#include "rig/pixels.h"

#include <QCoreApplication>

#include <cstdio>
#include <cstring>
#include <random>
#include <span>

using namespace holdfast;

namespace {

using Picture = std::vector<std::uint32_t>;

constexpr int side = 16;
constexpr int quietMs = 400;
constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t patience = 20 * second;
constexpr int clearPixels = 20; ///< fewer may be a cursor's blink

struct Place final
{
    int x = 0, y = 0, width = 0, height = 0;
};

/// The rectangle without and with the row, seen three times.
struct Learnt final
{
    std::array<Picture, 3> without, with;
};

Picture settled(PixelView *view)
{
    Picture picture(static_cast<std::size_t>(pixels_count(view)));
    if (!pixels_settle(view, picture.data(), quietMs, now_ns() + patience))
        bench::fail(QStringLiteral("the window does not come to rest"));
    return picture;
}

Learnt learn(bench::Asker &asker, PixelView *view)
{
    Learnt learnt;
    for (std::size_t i = 0; i < learnt.with.size(); ++i) {
        learnt.without[i] = settled(view);
        asker.prepare();
        asker.send();
        if (pixels_await(view, learnt.without[i].data(), false, now_ns() + patience) < 0)
            bench::fail(QStringLiteral("a request was asked, and nothing changed in the window"));
        learnt.with[i] = settled(view);
        asker.takeBack();
        if (pixels_await(view, learnt.with[i].data(), false, now_ns() + patience) < 0)
            bench::fail(QStringLiteral("a request was taken back, and nothing changed in the window"));
    }
    return learnt;
}

Picture cut(const Picture &from, const Place &whole, int x, int y)
{
    Picture square;
    for (int row = y; row < y + side; ++row)
        square.insert(square.end(), from.begin() + row * whole.width + x, from.begin() + row * whole.width + x + side);
    return square;
}

/// How many pixels of the square tell with from without; -1 where it is not the same each time.
int clarity(const Learnt &learnt, const Place &place, int x, int y)
{
    const Picture with = cut(learnt.with[0], place, x, y), without = cut(learnt.without[0], place, x, y);
    for (std::size_t i = 1; i < learnt.with.size(); ++i)
        if (cut(learnt.with[i], place, x, y) != with || cut(learnt.without[i], place, x, y) != without)
            return -1;
    int different = 0;
    for (std::size_t i = 0; i < with.size(); ++i)
        different += with[i] != without[i] ? 1 : 0;
    return different;
}

Place clearest(const Learnt &learnt, const Place &place)
{
    Place best;
    int most = clearPixels;
    for (int y = 0; y + side <= place.height; y += side / 4)
        for (int x = 0; x + side <= place.width; x += side / 4)
            if (const int found = clarity(learnt, place, x, y); found > most) {
                most = found;
                best = {x, y, side, side};
            }
    if (best.width == 0)
        bench::fail(QStringLiteral("the row of a request cannot be told from what stands there without it"));
    return best;
}

/// Milliseconds from the frame to the row.
double sample(bench::Asker &asker, PixelView *view, const Picture &with, const Picture &without)
{
    asker.prepare();
    const std::int64_t sent = now_ns();
    asker.send();
    const std::int64_t seen = pixels_await(view, with.data(), true, now_ns() + patience);
    if (seen < 0)
        bench::fail(QStringLiteral("a row did not appear within %1 s").arg(patience / second));
    asker.takeBack();
    if (pixels_await(view, without.data(), true, now_ns() + patience) < 0)
        bench::fail(QStringLiteral("a row did not go within %1 s").arg(patience / second));
    return static_cast<double>(seen - sent) / 1e6;
}

std::unique_ptr<bench::Asker> askerOf(const QStringList &words, const bench::Cast &cast)
{
    if (words[1] == QStringLiteral("product"))
        return bench::askProduct(words[2], cast);
    return words[1] == QStringLiteral("peer") ? bench::askPeer(words[2], cast) : bench::askFloor(static_cast<quint16>(words[2].toInt()));
}

void pauseBetween(std::minstd_rand &random)
{
    const std::int64_t until = now_ns() + std::uniform_int_distribution<std::int64_t>(30'000'000, 70'000'000)(random);
    while (now_ns() < until)
        poll_pause();
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    initialiseCryptography();
    const QStringList words = QCoreApplication::arguments();
    if (words.size() != 9)
        bench::fail(QStringLiteral("bench_seen product|peer|floor WHERE CAST-DIRECTORY X Y WIDTH HEIGHT SAMPLES"));
    const auto cast = bench::Cast::of(words[3]);
    const Place place{words[4].toInt(), words[5].toInt(), words[6].toInt(), words[7].toInt()};
    PixelView *whole = pixels_open(place.x, place.y, place.width, place.height);
    if (whole == nullptr)
        return 1;
    const auto asker = askerOf(words, cast);
    const Learnt learnt = learn(*asker, whole);
    const Place square = clearest(learnt, place);
    pixels_close(whole);
    PixelView *view = pixels_open(place.x + square.x, place.y + square.y, side, side);
    const Picture with = cut(learnt.with[0], place, square.x, square.y), without = cut(learnt.without[0], place, square.x, square.y);
    std::fputs("learnt\n", stderr);
    std::minstd_rand random(1);
    for (int i = 0; i < words[8].toInt(); ++i) {
        pauseBetween(random);
        std::printf("%.3f\n", sample(*asker, view, with, without));
    }
    return 0;
}
