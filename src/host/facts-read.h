/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the host facts of an image, and collects those of the running host. */
#pragma once

#include "core/config.h"
#include "core/facts.h"
#include "host/machine.h"

/*
 * Read the facts of the image, or on the running host those that this boot has left (REPORT_FACTS_FILE), where
 * @config does not ignore them, and see whether they are of this machine.
 * Facts that do not count say why in their state. Free with facts_clear().
 */
void facts_read(const struct config *config, struct facts *ret);

/* The same for @length bytes of @text, which becomes the facts' own. */
void facts_read_text(const struct config *config, char *text, size_t length, struct facts *ret);

/*
 * The facts of the running host, as its next image has them; missing ones where it may not collect them. The
 * budget must have begun (deadline_begin()), here and in facts_read_collect().
 */
void facts_read_live(const struct config *config, struct facts *ret);

/*
 * May this system write its facts down: is "/" the root of process 1, is this no container, and has udev its
 * database? A folder given with --root counts as the running machine. Returns why not, "" where it may.
 */
const char *facts_read_prevents(void) must_check;

/*
 * Collect the facts of the running host. Stores their text, which the caller frees, and what could not be
 * seen, "" for nothing.
 */
void facts_read_collect(char **ret_text, const char **ret_unseen);
