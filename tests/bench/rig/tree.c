/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tree.h"

#include "pixels.h"

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 65536, GRACE_S = 5 };

typedef struct Process {
    pid_t pid, parent;
    unsigned long ticks; /* own, and of children that it has waited for */
    bool within;
} Process;

static bool read_process(const char *name, Process *into)
{
    char path[280], text[1024];
    snprintf(path, sizeof path, "/proc/%s/stat", name);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    const size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = 0;
    /* The name, in parentheses, may hold anything; what follows the last one is numbers. */
    const char *rest = strrchr(text, ')');
    unsigned long own[2], waited[2];
    int parent;
    if (!rest || sscanf(rest + 2, "%*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu", &parent, &own[0], &own[1], &waited[0], &waited[1]) != 5)
        return false;
    *into = (Process){atoi(name), parent, own[0] + own[1] + waited[0] + waited[1], false};
    return true;
}

static int read_all(Process *all)
{
    DIR *directory = opendir("/proc");
    int count = 0;
    for (struct dirent *entry; directory && (entry = readdir(directory)) && count < MOST;)
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && read_process(entry->d_name, &all[count]))
            ++count;
    if (directory)
        closedir(directory);
    return count;
}

/* Marks `root` and what descends from it; the order of /proc is that of birth only until numbers wrap, hence the repetition. */
static void mark(Process *all, int count, pid_t root)
{
    for (bool grew = true; grew;) {
        grew = false;
        for (int i = 0; i < count; ++i) {
            bool in = all[i].pid == root;
            for (int j = 0; j < count && !in; ++j)
                in = all[j].within && all[j].pid == all[i].parent;
            grew = grew || (in && !all[i].within);
            all[i].within = all[i].within || in;
        }
    }
}

double tree_cpu_ms(pid_t root)
{
    static Process all[MOST];
    const int count = read_all(all);
    mark(all, count, root);
    unsigned long ticks = 0;
    for (int i = 0; i < count; ++i)
        ticks += all[i].within ? all[i].ticks : 0;
    return (double)ticks * 1000.0 / (double)sysconf(_SC_CLK_TCK);
}

static void kill_descendants(void)
{
    static Process all[MOST];
    const int count = read_all(all);
    mark(all, count, getpid());
    for (int i = 0; i < count; ++i)
        if (all[i].within && all[i].pid != getpid())
            kill(all[i].pid, SIGKILL);
}

void tree_end(pid_t root)
{
    kill(root, SIGTERM);
    const int64_t deadline = now_ns() + (int64_t)GRACE_S * 1000000000;
    for (;;) {
        const pid_t ended = waitpid(-1, NULL, WNOHANG);
        if (ended < 0)
            return; /* no child is left */
        if (ended > 0)
            continue;
        if (now_ns() > deadline)
            kill_descendants();
        usleep(10000);
    }
}
