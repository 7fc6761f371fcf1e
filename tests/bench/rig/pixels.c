/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "pixels.h"

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <time.h>

enum { PAUSE_NS = 150000 };

struct PixelView {
    Display *display;
    XShmSegmentInfo segment;
    XImage *image;
    int x, y;
};

int64_t now_ns(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

void poll_pause(void)
{
    const struct timespec pause = {0, PAUSE_NS};
    nanosleep(&pause, NULL);
}

static bool share(PixelView *view, int width, int height)
{
    const int screen = DefaultScreen(view->display);
    view->image = XShmCreateImage(view->display, DefaultVisual(view->display, screen), (unsigned)DefaultDepth(view->display, screen), ZPixmap, NULL,
                                  &view->segment, (unsigned)width, (unsigned)height);
    if (!view->image || view->image->bits_per_pixel != 32)
        return false;
    view->segment.shmid = shmget(IPC_PRIVATE, (size_t)view->image->bytes_per_line * (size_t)height, IPC_CREAT | 0600);
    view->segment.shmaddr = view->image->data = shmat(view->segment.shmid, NULL, 0);
    view->segment.readOnly = False;
    const bool attached = XShmAttach(view->display, &view->segment) && XSync(view->display, False);
    /* Gone with its last user, however this process ends. */
    shmctl(view->segment.shmid, IPC_RMID, NULL);
    return attached;
}

PixelView *pixels_open(int x, int y, int width, int height)
{
    /* The kernel rounds short sleeps up by this slack, 50 us by default. */
    prctl(PR_SET_TIMERSLACK, 1000UL, 0, 0, 0);
    PixelView *view = calloc(1, sizeof *view);
    view->display = XOpenDisplay(NULL);
    view->x = x;
    view->y = y;
    if (!view->display || !XShmQueryExtension(view->display) || !share(view, width, height)) {
        fputs("pixels: the X server cannot be read through shared memory\n", stderr);
        free(view);
        return NULL;
    }
    return view;
}

void pixels_close(PixelView *view)
{
    XShmDetach(view->display, &view->segment);
    XDestroyImage(view->image);
    shmdt(view->segment.shmaddr);
    XCloseDisplay(view->display);
    free(view);
}

const uint32_t *pixels_read(PixelView *view)
{
    XShmGetImage(view->display, DefaultRootWindow(view->display), view->image, view->x, view->y, AllPlanes);
    return (const uint32_t *)(const void *)view->image->data;
}

int pixels_count(const PixelView *view)
{
    return view->image->width * view->image->height;
}

int64_t pixels_await(PixelView *view, const uint32_t *wanted, bool equal, int64_t deadline_ns)
{
    const size_t size = (size_t)pixels_count(view) * sizeof *wanted;
    for (;;) {
        const bool same = memcmp(pixels_read(view), wanted, size) == 0;
        const int64_t now = now_ns();
        if (same == equal)
            return now;
        if (now > deadline_ns)
            return -1;
        poll_pause();
    }
}

bool pixels_settle(PixelView *view, uint32_t *into, int quiet_ms, int64_t deadline_ns)
{
    const size_t size = (size_t)pixels_count(view) * sizeof *into;
    memcpy(into, pixels_read(view), size);
    int64_t since = now_ns();
    while (now_ns() - since < (int64_t)quiet_ms * 1000000) {
        if (now_ns() > deadline_ns)
            return false;
        poll_pause();
        const uint32_t *now = pixels_read(view);
        if (memcmp(now, into, size) == 0)
            continue;
        memcpy(into, now, size);
        since = now_ns();
    }
    return true;
}
