/* SPDX-License-Identifier: Apache-2.0 */
/* bench_start learn|measure PICTURE X Y WIDTH HEIGHT KEY PROGRAM [ARGUMENT…]
 * learn: starts the program, waits until the rectangle has come to rest, keeps it in PICTURE, and sees that KEY changes it.
 * measure: starts the program and prints "PAINTED ECHOED CPU" in ms: from the start until the rectangle is PICTURE, until KEY, pressed
 * at that moment, has changed it, and the processor time of the program and its children up to then.
 * Ends everything that it started. There is no window manager: each new window gets the keyboard, as one would do. */
#define _GNU_SOURCE
#include "pixels.h"
#include "tree.h"

#include <X11/Xlib.h>
#include <X11/extensions/XTest.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_S = 60, ECHO_S = 10, REST_MS = 2500 };
static const int64_t SECOND = 1000000000;

static Display *display;
static PixelView *view;
static uint32_t *picture;

static int ignore(Display *of, XErrorEvent *error)
{
    (void)of;
    (void)error; /* a window may be gone before it is given the keyboard */
    return 0;
}

static void give_keyboard(void)
{
    while (XPending(display)) {
        XEvent event;
        XNextEvent(display, &event);
        if (event.type == MapNotify && !event.xmap.override_redirect)
            XSetInputFocus(display, event.xmap.window, RevertToPointerRoot, CurrentTime);
    }
    XFlush(display);
}

static void press(const char *name)
{
    give_keyboard(); /* the server tells a window that it has the keyboard before it delivers the key */
    const KeyCode code = XKeysymToKeycode(display, XStringToKeysym(name));
    XTestFakeKeyEvent(display, code, True, 0);
    XTestFakeKeyEvent(display, code, False, 0);
    XFlush(display);
}

static pid_t start(char **arguments)
{
    const pid_t child = fork();
    if (child == 0) {
        execvp(arguments[0], arguments);
        perror(arguments[0]);
        _exit(127);
    }
    return child;
}

static bool rests_unlike(const uint32_t *before, uint32_t *into, int64_t deadline)
{
    const size_t size = (size_t)pixels_count(view) * sizeof *into;
    do {
        give_keyboard();
        if (!pixels_settle(view, into, REST_MS, deadline))
            return false;
    } while (memcmp(into, before, size) == 0);
    return true;
}

static bool learn(const char *file, const char *key)
{
    const size_t size = (size_t)pixels_count(view) * sizeof *picture;
    uint32_t *empty = malloc(size), *pressed = malloc(size);
    memcpy(empty, pixels_read(view), size);
    if (!rests_unlike(empty, picture, now_ns() + PATIENCE_S * SECOND)) {
        fputs("start: the window does not come to rest\n", stderr);
        return false;
    }
    FILE *out = fopen(file, "wb");
    const bool kept = out && fwrite(picture, 1, size, out) == size && fclose(out) == 0;
    press(key);
    const bool echoed = rests_unlike(picture, pressed, now_ns() + ECHO_S * SECOND);
    if (!echoed)
        fprintf(stderr, "start: the key %s changes nothing\n", key);
    return kept && echoed;
}

static bool read_picture(const char *file)
{
    const size_t size = (size_t)pixels_count(view) * sizeof *picture;
    FILE *in = fopen(file, "rb");
    const bool have = in && fread(picture, 1, size, in) == size;
    if (in)
        fclose(in);
    return have;
}

static int64_t await_picture(void)
{
    const int64_t deadline = now_ns() + PATIENCE_S * SECOND;
    const size_t size = (size_t)pixels_count(view) * sizeof *picture;
    while (memcmp(pixels_read(view), picture, size) != 0) {
        if (now_ns() > deadline)
            return -1;
        give_keyboard();
        poll_pause();
    }
    return now_ns();
}

static bool measure(char **arguments, const char *key, pid_t *child)
{
    const int64_t began = now_ns();
    *child = start(arguments);
    const int64_t painted = await_picture();
    if (painted < 0) {
        fputs("start: the list was not painted as it was learnt\n", stderr);
        return false;
    }
    press(key);
    const int64_t echoed = pixels_await(view, picture, false, now_ns() + ECHO_S * SECOND);
    if (echoed < 0) {
        fputs("start: the key was not echoed\n", stderr);
        return false;
    }
    printf("%.2f %.2f %.1f\n", (double)(painted - began) / 1e6, (double)(echoed - began) / 1e6, tree_cpu_ms(*child));
    return true;
}

int main(int argc, char **argv)
{
    if (argc < 9)
        return 64;
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    display = XOpenDisplay(NULL);
    view = pixels_open(atoi(argv[3]), atoi(argv[4]), atoi(argv[5]), atoi(argv[6]));
    if (!display || !view)
        return 1;
    XSetErrorHandler(ignore);
    XSelectInput(display, DefaultRootWindow(display), SubstructureNotifyMask);
    picture = malloc((size_t)pixels_count(view) * sizeof *picture);
    pid_t child = 0;
    bool done = false;
    if (strcmp(argv[1], "learn") == 0) {
        child = start(argv + 8);
        done = learn(argv[2], argv[7]);
    } else if (read_picture(argv[2])) {
        done = measure(argv + 8, argv[7], &child);
    } else {
        fputs("start: nothing was learnt\n", stderr);
    }
    fflush(stdout);
    if (child > 0)
        tree_end(child);
    return done ? 0 : 1;
}
