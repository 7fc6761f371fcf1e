/* SPDX-License-Identifier: Apache-2.0 */
/* bench_hide close|unmap: waits for the one window of this display, hides it, and waits until it is gone. close asks the program as a window
 * manager's button does; unmap takes it off the screen as minimising does, for a program that has no tray to hide in. */
#include <X11/Xlib.h>
#include <X11/Xutil.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TRIES = 200, PAUSE_NS = 50000000 };

static int ignore(Display *of, XErrorEvent *error)
{
    (void)of;
    (void)error;
    return 0;
}

static Window largest(Display *display)
{
    Window root, parent, *children = NULL, found = None;
    unsigned count = 0;
    int size = 10000; /* what is smaller than a hundred pixels square is no window that a person sees */
    XQueryTree(display, DefaultRootWindow(display), &root, &parent, &children, &count);
    for (unsigned i = 0; i < count; ++i) {
        XWindowAttributes is;
        if (XGetWindowAttributes(display, children[i], &is) && is.map_state == IsViewable && !is.override_redirect && is.width * is.height > size) {
            size = is.width * is.height;
            found = children[i];
        }
    }
    if (children)
        XFree(children);
    return found;
}

static void pause_a_little(Display *display)
{
    const struct timespec pause = {0, PAUSE_NS};
    nanosleep(&pause, NULL);
    XSync(display, False);
}

static void ask_to_close(Display *display, Window window)
{
    XEvent event;
    memset(&event, 0, sizeof event);
    event.xclient.type = ClientMessage;
    event.xclient.window = window;
    event.xclient.message_type = XInternAtom(display, "WM_PROTOCOLS", False);
    event.xclient.format = 32;
    event.xclient.data.l[0] = (long)XInternAtom(display, "WM_DELETE_WINDOW", False);
    XSendEvent(display, window, False, NoEventMask, &event);
}

int main(int argc, char **argv)
{
    Display *display = argc == 2 ? XOpenDisplay(NULL) : NULL;
    if (!display)
        return 64;
    XSetErrorHandler(ignore);
    Window window = largest(display);
    for (int i = 0; i < TRIES && window == None; ++i) {
        pause_a_little(display);
        window = largest(display);
    }
    if (window == None) {
        fputs("hide: there is no window\n", stderr);
        return 1;
    }
    if (strcmp(argv[1], "close") == 0)
        ask_to_close(display, window);
    else
        XUnmapWindow(display, window);
    XSync(display, False);
    for (int i = 0; i < TRIES; ++i) {
        if (largest(display) == None)
            return 0;
        pause_a_little(display);
    }
    fputs("hide: the window stays\n", stderr);
    return 1;
}
