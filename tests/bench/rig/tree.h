/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sys/types.h>

/* Processor time of a process and all its descendants, those that have ended included, in ms. */
double tree_cpu_ms(pid_t root);
/* SIGTERM to the root, then SIGKILL to whatever descends from this process five seconds later; returns when nothing does any more. */
void tree_end(pid_t root);
