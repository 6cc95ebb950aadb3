/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for a person: colour and width as the terminal has them, plain lines anywhere else. */
#pragma once

#include <stdio.h>

#include "util.h"

enum term_style { TERM_PLAIN, TERM_BOLD, TERM_DIM, TERM_GREEN, TERM_YELLOW, TERM_RED };

struct term {
	FILE *out;
	bool terminal; /* lines may be laid out for the eye */
	bool colour;
	bool unicode;       /* lines may be drawn */
	unsigned int width; /* columns; 0: never break a line */
	/* of the line that is open */
	unsigned int column;
	const char *rest; /* what stands before a line that goes on */
	bool styled;      /* a colour is on */
	bool below;       /* it goes on below the first one */
	bool blank;       /* nothing stands on it yet but what goes before */
};

/*
 * Write to @out from now on. @colour is "auto" (a terminal, and NO_COLOR is not set: no-color.org), "always"
 * or "never"; the width is the terminal's, or COLUMNS. Returns 0, or -EINVAL where @colour is none of them.
 */
int term_start(struct term *term, FILE *out, const char *colour) must_check;

/*
 * Open a line that starts with @first; where it goes on below, those lines start with @rest. Both must
 * outlive it.
 */
void term_open(struct term *term, const char *first, const char *rest);
/* Add words, separated by one blank. A word that is longer than a line is broken, with "\" as a mark. */
void term_put(struct term *term, enum term_style style, const char *format, ...) printf_format(3, 4);
/* Add a sign to the last word. */
void term_mark(struct term *term, char sign);
/* Add one text and blanks up to @columns. */
void term_cell(struct term *term, enum term_style style, unsigned int columns, const char *text);
/*
 * Add one text, cut at the end of the line with an ellipsis for a mark; and the columns that a text takes, and whether so
 * many are left on the line.
 */
void term_cut(struct term *term, enum term_style style, const char *text);
unsigned int term_columns(const char *text);
bool term_has_room(const struct term *term, unsigned int columns);
/* Go on below. */
void term_break(struct term *term);
void term_close(struct term *term);

/*
 * Say what to do behind what was put, and close the line: on a terminal below it, with an arrow between
 * @first and the words. Nothing is said where @hint is "".
 */
void term_cure(struct term *term, const char *first, const char *rest, const char *hint);

/* An empty line; and one with a heading below it. */
void term_blank(struct term *term);
void term_heading(struct term *term, const char *format, ...) printf_format(2, 3);
