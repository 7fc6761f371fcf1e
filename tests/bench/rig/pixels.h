/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One rectangle of the screen, read from the X server through shared memory: what is in `pixels` was on the screen, whoever drew it. */
typedef struct PixelView PixelView;

/* Of the display that DISPLAY names; NULL, with a line on standard error, when it cannot be had. */
PixelView *pixels_open(int x, int y, int width, int height);
void pixels_close(PixelView *view);

/* Reads the rectangle anew: one round trip to the server. Row by row, one 32-bit word per pixel. Valid until the next call. */
const uint32_t *pixels_read(PixelView *view);
int pixels_count(const PixelView *view);

/* Polls until the rectangle is equal (or, with `equal` false, unequal) to `wanted`. Returns the monotonic time in nanoseconds at
 * which the first fitting reading had come, or -1 after `deadline_ns` (monotonic). */
int64_t pixels_await(PixelView *view, const uint32_t *wanted, bool equal, int64_t deadline_ns);

/* Polls until nothing has changed for `quiet_ms`; copies the picture to `into`. False after `deadline_ns`. */
bool pixels_settle(PixelView *view, uint32_t *into, int quiet_ms, int64_t deadline_ns);

int64_t now_ns(void);
/* The pause between two readings: long enough to leave the processors to what is measured, short against a millisecond. */
void poll_pause(void);

#ifdef __cplusplus
}
#endif
