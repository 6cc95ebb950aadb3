#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The rooms of src/ keep apart, and a change that breaks a wall is named.
. "$(dirname "$0")/../tap.sh"
tree=$work/tree

copy_src() {
	rm -rf "$tree/src"
	mkdir -p "$tree/tests"
	cp -Rp "$top/src" "$tree"
	cp "$top/tests/walls" "$tree/tests"
}
refuses() { # TEXT: that it prints
	! "$tree/tests/walls" >"$work/said" 2>&1 && grep -F -- "$1" "$work/said"
}

copy_src
ok "every arrow points downwards" "$tree/tests/walls"

echo 'int fds_open(const char *path); int open(const char *path, int flags); int fds_open(const char *path) { return open(path, 0); }' >>"$tree/src/core/lvm.c"
ok "a core file that calls open() is refused" refuses "src/core/lvm.c imports open"

copy_src
echo '#include "cmd/findings.h"' >>"$tree/src/host/machine.c"
ok "a host file that includes one of cmd is refused" refuses "src/host/machine.c includes src/cmd/findings.h: it is in a room above"

copy_src
echo 'void report_free(void *report); void call_up(void *report); void call_up(void *report) { report_free(report); }' >>"$tree/src/core/lvm.c"
ok "a call upwards without an include is refused" refuses "src/core/lvm.c calls src/host/report-read.c: it is in a room above"

copy_src
echo '#include "core/plan.h"' >>"$tree/src/core/config.h"
ok "headers that include each other are refused" refuses "files of which each includes another in a circle"

copy_src
echo 'void wait_find(void); void call_back(void); void call_back(void) { wait_find(); }' >>"$tree/src/core/match.c"
ok "files that call each other are refused" refuses "files of which each calls another in a circle"
finish
