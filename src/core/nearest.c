/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/nearest.h"

#include <string.h>

#define LETTERS 31

static char lower(char c)
{
	if (c == '_' || c == '.' || c == ',')
		return '-';
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t nearest_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	/* rows[i][j]: between the first i letters of @a and the first j of @b */
	size_t rows[LETTERS + 1][LETTERS + 1];

	if (a_length > LETTERS || b_length > LETTERS)
		return a_length > b_length ? a_length : b_length;
	for (size_t i = 0; i <= a_length; i++) {
		for (size_t j = 0; j <= b_length; j++) {
			if (!i || !j) {
				rows[i][j] = i + j;
				continue;
			}
			rows[i][j] = least(least(rows[i - 1][j], rows[i][j - 1]) + 1,
					   rows[i - 1][j - 1] + (lower(a[i - 1]) != lower(b[j - 1])));
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				rows[i][j] = least(rows[i][j], rows[i - 2][j - 2] + 1);
		}
	}
	return rows[a_length][b_length];
}

const char *nearest_name(const char *word, size_t length, const char *const *names, size_t count)
{
	const char *nearest = NULL;
	size_t shortest = LETTERS;

	for (size_t i = 0; i < count; i++) {
		size_t name_length = strlen(names[i]);
		size_t distance = nearest_distance(word, length, names[i], name_length);

		if (distance < shortest && distance <= (name_length + 2) / 3) {
			nearest = names[i];
			shortest = distance;
		}
	}
	return nearest;
}
