/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The name that was probably meant, for messages. Pure. */
#pragma once

#include "util.h"

/*
 * The distance between two texts: the least number of letters that are inserted, left out or replaced, or of two
 * neighbours that are swapped (Damerau and Levenshtein). Letters count as equal in either case, and so do "-", "_",
 * "." and ",". Texts of more than 31 letters are as far apart as the longer one is long.
 */
size_t nearest_distance(const char *a, size_t a_length, const char *b, size_t b_length);

/*
 * Which of the @count @names is nearest to the @length bytes at @word? Returns NULL where none is near enough to be
 * meant: more than a third of its letters differ. Of two at the same distance the first one counts.
 */
const char *nearest_name(const char *word, size_t length, const char *const *names, size_t count);
