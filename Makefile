# SPDX-License-Identifier: GPL-2.0-or-later

# Where things go; the folder of dracut's modules is asked of dracut where it is installed.
PREFIX ?= /usr
SBINDIR ?= $(PREFIX)/sbin
SYSCONFDIR ?= /etc
DOCDIR ?= $(PREFIX)/share/doc/vfio-early
# Both generators look in one place only, whatever PREFIX is.
DRACUTMODDIR ?= $(shell pkg-config --variable=dracutmodulesdir dracut 2>/dev/null || echo /usr/lib/dracut/modules.d)
INITRAMFSTOOLSDIR ?= /usr/share/initramfs-tools
SYSTEMDUNITDIR ?= $(shell pkg-config --variable=systemdsystemunitdir systemd 2>/dev/null || echo /usr/lib/systemd/system)
MANDIR ?= $(PREFIX)/share/man
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR ?= $(PREFIX)/share/zsh/site-functions
# The manual needs scdoc.
WITH_MAN ?= 1
WITH_DRACUT ?= 1
WITH_INITRAMFS_TOOLS ?= 1
WITH_SYSTEMD ?= 1

# How it is built. STATIC=1: one static binary with musl and the archives of deps/sources.
# STATIC=0: the system's C library and its shared libkmod and libblkid.
STATIC ?= 1
WERROR ?= 0
V ?= 0
STRIP ?= strip
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
CFLAGS ?= $(if $(filter 1,$(STATIC)),-Os,-O2 -g)
VERSION := $(shell cat src/version)
Q := $(if $(filter 1,$(V)),,@)
OUT ?= build/$(if $(filter 1,$(STATIC)),static,shared)$(if $(SAN),-san)
bin := $(OUT)/vfio-early

own_cflags := -std=gnu11 -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 \
	-Wwrite-strings $(if $(filter 1,$(WERROR)),-Werror) -fstack-protector-strong
own_cppflags := -Isrc -D_GNU_SOURCE -DVFIO_EARLY_VERSION='"$(VERSION)"' -MMD -MP
own_ldflags := -Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections,--as-needed

ifeq ($(STATIC),1)
include deps/static.mk
else
own_cppflags += $(shell pkg-config --cflags libkmod blkid libpci 2>/dev/null)
own_cflags += -fPIE
own_ldflags += -pie
LIBS ?= $(shell pkg-config --libs libkmod blkid libpci 2>/dev/null)
requirements := deps/need-shared
endif

ifdef SAN
own_cflags += -fsanitize=address,undefined -fno-omit-frame-pointer
own_ldflags += -fsanitize=address,undefined
endif

# Includes point downwards only: cmd, boot, host, core, util.
rooms := src src/core src/host src/boot src/cmd
sources := $(sort $(wildcard $(rooms:%=%/*.c)))
objects := $(sources:src/%.c=$(OUT)/%.o)

.DEFAULT_GOAL := all
manuals := $(if $(filter 1,$(WITH_MAN)),$(patsubst man/%.scd,build/man/%,$(wildcard man/vfio-early*.scd)))

all: vfio-early $(manuals) ## Build the binary and print its size (STATIC=0: against the system's shared libraries)

vfio-early: $(bin)
	$(Q)cp $(bin) $@
	@echo "$@ $(VERSION): $$(stat -c %s $@) bytes, $(if $(filter 1,$(STATIC)),static,dynamic)"
.PHONY: vfio-early

$(bin): $(objects) $(libraries)
	@echo "  LD    $@"
	$(Q)$(CC) $(own_cflags) $(CFLAGS) $(crt_first) -o $@ $(objects) $(own_ldflags) $(LDFLAGS) $(LIBS) $(crt_last)
	$(Q)$(if $(filter 1,$(STATIC)),$(STRIP) $@)

$(OUT)/%.o: src/%.c src/version Makefile | $(OUT)/.ready $(libraries)
	@echo "  CC    $<"
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(own_cppflags) $(CPPFLAGS) $(own_cflags) $(CFLAGS) -c -o $@ $<

# Fails in one line that names the package where a tool or a header is missing.
$(OUT)/.ready:
	$(Q)mkdir -p $(OUT)
	$(Q)AR="$(AR)" deps/need $(if $(filter 1,$(STATIC)),static,shared) "$(CC)" $(if $(manuals),man)
	$(Q)touch $@

-include $(objects:.o=.d)

# The date of the release, not of the build.
build/man/%: man/%.scd man/selectors.scd man/settings.scd man/make src/core/verdicts.def src/core/settings.def src/cmd/findings.def | $(OUT)/.ready
	@echo "  MAN   $@"
	$(Q)mkdir -p build/man
	$(Q)SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-1795219200} man/make $< >$@

# The hooks of a generator, as src/host/generators.def lists them: FILE:PLACE:MODE of each.
hooks_of = $(shell sed -nE 's|^HOOK\($(1), "(.*)", "(.*)", ([0-7]+)\)$$|$(2)/\1:\2:\3|p' src/host/generators.def)
dracut_hooks := $(call hooks_of,DRACUT,dracut)
initramfs_tools_hooks := $(call hooks_of,INITRAMFS_TOOLS,initramfs-tools)
# HOOKS FOLDER: install them below the generator's folder; some name the place of the program.
install_hooks = set -e; for hook in $(1); do set -- $$(echo $$hook | tr : ' '); \
	install -v -D -m $$3 $$1 "$(DESTDIR)$(2)/$$2"; sed -i 's|@SBINDIR@|$(SBINDIR)|' "$(DESTDIR)$(2)/$$2"; done
# HOOKS FOLDER: where they are then.
installed_hooks = $(foreach hook,$(1),"$(DESTDIR)$(2)/$(word 2,$(subst :, ,$(hook)))")

install: $(bin) $(manuals) ## Install below DESTDIR= with PREFIX=/usr; regenerating the initramfs is left to you
	install -D -m 755 $(bin) "$(DESTDIR)$(SBINDIR)/vfio-early"
	install -D -m 644 vfio-early.conf "$(DESTDIR)$(DOCDIR)/examples/vfio-early.conf"
	@[ -e "$(DESTDIR)$(SYSCONFDIR)/vfio-early.conf" ] || \
		install -v -D -m 644 vfio-early.conf "$(DESTDIR)$(SYSCONFDIR)/vfio-early.conf"
	install -d "$(DESTDIR)$(SYSCONFDIR)/vfio-early.conf.d"
	install -D -m 644 completions/vfio-early.bash "$(DESTDIR)$(BASHCOMPDIR)/vfio-early"
	install -D -m 644 completions/_vfio-early "$(DESTDIR)$(ZSHCOMPDIR)/_vfio-early"
	for page in $(manuals); do install -D -m 644 $$page "$(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}" || exit 1; done
ifeq ($(WITH_DRACUT),1)
	$(call install_hooks,$(dracut_hooks),$(DRACUTMODDIR))
endif
ifeq ($(WITH_INITRAMFS_TOOLS),1)
	$(call install_hooks,$(initramfs_tools_hooks),$(INITRAMFSTOOLSDIR))
endif
ifeq ($(WITH_SYSTEMD),1)
	install -d "$(DESTDIR)$(SYSTEMDUNITDIR)/sysinit.target.wants"
	sed 's|@SBINDIR@|$(SBINDIR)|' systemd/vfio-early-finish.service >"$(DESTDIR)$(SYSTEMDUNITDIR)/vfio-early-finish.service"
	chmod 644 "$(DESTDIR)$(SYSTEMDUNITDIR)/vfio-early-finish.service"
	ln -sf ../vfio-early-finish.service "$(DESTDIR)$(SYSTEMDUNITDIR)/sysinit.target.wants/"
endif

uninstall: ## Remove what install laid down; the configuration stays
	rm -rf "$(DESTDIR)$(SBINDIR)/vfio-early" "$(DESTDIR)$(DOCDIR)" "$(DESTDIR)$(BASHCOMPDIR)/vfio-early" \
		"$(DESTDIR)$(ZSHCOMPDIR)/_vfio-early" $(foreach page,$(manuals),"$(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(notdir $(page))") \
		"$(DESTDIR)$(DRACUTMODDIR)/50vfio-early" $(call installed_hooks,$(initramfs_tools_hooks),$(INITRAMFSTOOLSDIR)) \
		"$(DESTDIR)$(SYSTEMDUNITDIR)/vfio-early-finish.service" \
		"$(DESTDIR)$(SYSTEMDUNITDIR)/sysinit.target.wants/vfio-early-finish.service"

include tests/tests.mk
include packaging/packaging.mk

# One object a source, for clangd and other tools: the program with the flags of this make, the tests with theirs.
empty :=
define newline
$(empty)
$(empty)
endef
comma := ,
entry = {"directory": "$(CURDIR)", "file": "$(1)", "command": "$(subst ",\",$(2) -c $(1))"}
own_command = $(CC) $(filter-out -MMD -MP,$(own_cppflags)) $(CPPFLAGS) $(own_cflags) $(CFLAGS)
test_command = gcc $(unit_cflags) -Itests/unit -Itests/fuzz
entries = $(foreach source,$(sources),$(call entry,$(source),$(own_command))$(comma)$(newline))$(foreach \
	source,$(wildcard tests/unit/*.c tests/host/*.c tests/fuzz/*.c),$(call entry,$(source),$(test_command))$(comma)$(newline))

compile_commands.json: FORCE ## Write how each source is compiled, for clangd and other tools
	$(file >$@,[$(newline)$(entries){}])
	$(Q)sed -i -z 's/,\n *{}\]/]/' $@

clean: ## Remove what was built; downloaded archives stay in build/deps
	rm -rf vfio-early compile_commands.json vfio-early_*.deb vfio-early-*.rpm vfio-early-*.tar.xz
	rm -rf build/deb build/rpm build/static* build/shared* build/clang* build/man build/test

distclean: clean ## Remove the downloaded archives and the libraries too
	rm -rf build

help: ## List the targets
	@grep -hE '^[a-z_.-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | sort | expand -t 24

.PHONY: all install uninstall clean distclean help
.DELETE_ON_ERROR:
