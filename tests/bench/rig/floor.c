/* SPDX-License-Identifier: Apache-2.0 */
/* floor FILE [window]: the least that a gate could do, and the least that could show it. Listens on a loopback port that it prints;
 * messages come behind four bytes of length (big-endian) and are answered the same way:
 *   '+' bytes   append to FILE, fdatasync, paint the row, answer      '-'   paint the row away, answer
 *   'v' key(32) signature(64) message   verify (libsodium), append the message, fdatasync, answer "ok" */
#define _GNU_SOURCE
#include <X11/Xlib.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <signal.h>
#include <unistd.h>

enum { ROW_X = 24, ROW_Y = 24, ROW_WIDTH = 340, ROW_HEIGHT = 72, LONGEST = 65536, KEY = 32, SIGNATURE = 64 };

static Display *display;
static Window window;
static GC context;
static int file = -1;

static void paint(bool row)
{
    if (!display)
        return;
    XSetForeground(display, context, row ? 0xB42318 : 0xF6F6F4);
    XFillRectangle(display, window, context, ROW_X, ROW_Y, ROW_WIDTH, ROW_HEIGHT);
    XFlush(display);
}

static void open_window(void)
{
    display = XOpenDisplay(NULL);
    if (!display) {
        fputs("floor: no display\n", stderr);
        exit(1);
    }
    XSetWindowAttributes attributes = {.background_pixel = 0xF6F6F4, .override_redirect = True};
    window = XCreateWindow(display, DefaultRootWindow(display), 0, 0, 400, 300, 0, CopyFromParent, InputOutput, CopyFromParent,
                           CWBackPixel | CWOverrideRedirect, &attributes);
    context = XCreateGC(display, window, 0, NULL);
    XMapRaised(display, window);
    XSync(display, False);
}

static bool read_all(int from, void *into, size_t size)
{
    for (size_t have = 0; have < size;) {
        const ssize_t got = read(from, (char *)into + have, size - have);
        if (got <= 0)
            return false;
        have += (size_t)got;
    }
    return true;
}

static bool answer(int to, const char *text)
{
    const uint32_t size = htonl((uint32_t)strlen(text));
    char frame[64];
    memcpy(frame, &size, 4);
    memcpy(frame + 4, text, strlen(text));
    return write(to, frame, 4 + strlen(text)) > 0;
}

static bool keep(const unsigned char *bytes, size_t size)
{
    return write(file, bytes, size) == (ssize_t)size && fdatasync(file) == 0;
}

static const char *take(const unsigned char *message, size_t size)
{
    if (message[0] == '-') {
        paint(false);
        return "gone";
    }
    if (message[0] == '+') {
        if (!keep(message + 1, size - 1))
            return "disk";
        paint(true);
        return "shown";
    }
    const unsigned char *key = message + 1, *signature = key + KEY, *text = signature + SIGNATURE;
    if (size < 1 + KEY + SIGNATURE || crypto_sign_verify_detached(signature, text, size - 1 - KEY - SIGNATURE, key) != 0)
        return "bad";
    return keep(text, size - 1 - KEY - SIGNATURE) ? "ok" : "disk";
}

static int listen_somewhere(void)
{
    const int server = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(server, (struct sockaddr *)&address, size) != 0 || listen(server, 4) != 0 || getsockname(server, (struct sockaddr *)&address, &size) != 0) {
        perror("floor");
        exit(1);
    }
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return server;
}

static void serve(int client)
{
    static unsigned char message[LONGEST];
    const int on = 1;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    uint32_t size;
    while (read_all(client, &size, 4)) {
        size = ntohl(size);
        if (size == 0 || size > LONGEST || !read_all(client, message, size) || !answer(client, take(message, size)))
            break;
    }
    close(client);
}

int main(int argc, char **argv)
{
    if (argc < 2 || sodium_init() < 0)
        return 64;
    /* Whoever started it is gone: nobody measures any more. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    file = open(argv[1], O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (file < 0) {
        perror(argv[1]);
        return 1;
    }
    if (argc > 2)
        open_window();
    const int server = listen_somewhere();
    for (;;)
        serve(accept(server, NULL, NULL));
}
