/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the command list: what is shown, what is said of it, and in which form. */
#pragma once

#include "boot/json.h"
#include "cmd/options.h"
#include "core/selector.h"
#include "host/context.h"
#include "host/details-read.h"

/* A word of the command line, and whether a device was found for it. */
struct list_word {
	struct selector selector;
	long group; /* of group:N; -1: it is a selector */
	bool met;
};

struct list {
	struct options options;
	struct context context;
	struct list_word *words;
	/* Those that are shown, by group; and which of them only because they share a group with one that is asked for. */
	const struct pci_function **shown;
	bool *mate;
	size_t count, chosen; /* chosen: how many of them are no mates */
	bool tells_resets;    /* this kernel, or this record of a machine, tells of resets */
	bool table; /* one line a device on a terminal: it shows less, and what it does not show is not read */
	struct pci_link *links; /* one for each that is shown */
	struct kernel_aliases aliases;
	bool one_segment; /* addresses need no segment */
};

/* Parse the words. Returns 0, or -EINVAL after a message that points at the mistake. */
int list_parse(struct list *list) must_check;
/* Choose what is shown: what the words select and the filters leave, and what shares a group with that. */
void list_choose(struct list *list);
/* Name the words and filters that no device matches, each with what is nearest to it, on standard error. */
void list_say_unmet(const struct list *list);
bool list_has_filter(const struct list *list);

/* One thing that is said of a device. */
struct list_piece {
	enum term_style style;
	const char *text;
};
#define LIST_PIECES 16

/* Read what a table does not show. */
void list_read_details(struct list *list);
/* What the host uses the device for, by list_marks() and in JSON: calls @found with kind and name, "" for none. */
void list_uses(const struct list *list, const struct pci_function *function,
	       void (*found)(void *data, const char *kind, const char *name), void *data);
/* Why the device would stay with the host, as the planner says it of a claim: a util_text(), or NULL. */
const char *list_need(const struct list *list, const struct pci_function *function) must_check;
/* The short facts of the device at @index: what it is for now. Returns their number, of LIST_PIECES at most. */
size_t list_marks(const struct list *list, size_t index, struct list_piece *ret) must_check;
/* All facts, in the order of the lines. */
size_t list_facts(const struct list *list, size_t index, struct list_piece *ret) must_check;
/* The claim of the device and what becomes of it. */
size_t list_claim(const struct list *list, const struct pci_function *function,
		  struct list_piece *ret) must_check;
/* The object of the device at @index in JSON. */
void list_json_device(struct json *json, const struct list *list, size_t index);

/* Has the terminal room for a table of what is shown? */
bool list_has_room(const struct list *list);
void list_show(struct list *list);
