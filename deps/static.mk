# SPDX-License-Identifier: GPL-2.0-or-later
# The static binary: musl, position independent where rcrt1.o is there, libraries from deps/sources.
# Neither musl-gcc's wrapper (it knows no static-pie) nor a C library of the compiler's own comes in.

machine := $(shell $(CC) -dumpmachine 2>/dev/null)
arch := $(firstword $(subst -, ,$(machine)))
ask = $(shell $(CC) -print-file-name=$(1) 2>/dev/null)

ifneq ($(findstring musl,$(machine)),)
# The compiler's own C library is musl: nothing to redirect.
static_cppflags :=
static_ldflags := -static-pie
else
MUSL_INCLUDE ?= $(firstword $(wildcard /usr/include/$(arch)-linux-musl /usr/$(arch)-linux-musl/include /usr/lib/musl/include))
MUSL_LIB ?= $(firstword $(wildcard /usr/lib/$(arch)-linux-musl /usr/$(arch)-linux-musl/lib /usr/$(arch)-linux-musl/lib64 /usr/lib/musl/lib))
static_cppflags := -nostdinc -isystem $(MUSL_INCLUDE) -isystem $(call ask,include) -isystem $(abspath build/deps/linux)
pie := $(wildcard $(MUSL_LIB)/rcrt1.o)
static_ldflags := -nostdlib -nostartfiles $(if $(pie),-static-pie,-static -no-pie) -L$(MUSL_LIB)
crt_first := $(MUSL_LIB)/$(if $(pie),rcrt1.o,crt1.o) $(MUSL_LIB)/crti.o $(call ask,$(if $(pie),crtbeginS.o,crtbegin.o))
crt_last := -lc $(shell $(CC) -print-libgcc-file-name 2>/dev/null) -lc $(call ask,$(if $(pie),crtendS.o,crtend.o)) $(MUSL_LIB)/crtn.o
endif
# GCC sees the program and the libraries at once, which saves a twentieth. ar needs its plugin to list what they define.
# Types of several sources with one name are different ones then: stores are not left out by their types.
lto_plugin := $(filter /%,$(if $(filter clang%,$(notdir $(CC))),,$(call ask,liblto_plugin.so)))
static_cflags := -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-unwind-tables \
	$(if $(filter clang%,$(notdir $(CC))),,-fno-plt) $(if $(pie),-fPIE,-fno-pie) $(if $(lto_plugin),-flto=auto -fno-strict-aliasing)

own_cppflags += $(static_cppflags) -isystem $(abspath build/deps/$(machine)/include)
own_cflags += $(static_cflags)
own_ldflags += $(static_ldflags) -Wl,--build-id
# Constants and code share one segment: three pages of padding are a hundredth of the file.
own_ldflags += -Wl,-z,noseparate-code
# No copies of functions for single callers: they cost more than they save.
own_ldflags += $(if $(lto_plugin),-flto-partition=one -fno-ipa-cp -fno-ipa-sra -fno-partial-inlining)
prefix := build/deps/$(machine)
LIBS := $(prefix)/lib/libkmod.a $(prefix)/lib/libblkid.a $(prefix)/lib/libpci.a $(prefix)/lib/liblzma.a $(prefix)/lib/libzstd.a $(prefix)/lib/libz.a

# How deps/build compiles them, and deps/config/regen asks.
library_flags = CC="$(CC)" AR="$(AR)$(if $(lto_plugin), --plugin=$(lto_plugin))" CPPFLAGS="$(static_cppflags)" CFLAGS="$(static_cflags) -Os -fstack-protector-strong" \
	LDFLAGS="$(static_ldflags) $(crt_first)" LIBS="$(crt_last)"

libraries := $(addprefix $(prefix)/,kmod.built util-linux.built pciutils.built)

$(prefix)/kmod.built: $(addprefix $(prefix)/,xz-utils.built libzstd.built zlib.built)

$(prefix)/%.built: build/deps/archives.fetched deps/build $(wildcard deps/config/*.[ch]) | build/deps/linux
	@echo "  BUILD $*"
	$(Q)mkdir -p $(prefix)
	$(Q)$(library_flags) deps/build $* build/deps/archives $(prefix)
	$(Q)touch $@

build/deps/archives.fetched: deps/sources deps/fetch | $(OUT)/.ready
	@echo "  FETCH deps/sources$(if $(DEPS_DIR), from $(DEPS_DIR))"
	$(Q)DEPS_DIR="$(DEPS_DIR)" DEPS_MIRROR="$(DEPS_MIRROR)" deps/fetch build/deps/archives
	$(Q)touch $@

print-library-flags:
	@echo '$(library_flags)'
.PHONY: print-library-flags

# The kernel's headers alone, without the C library's that lie beside them.
build/deps/linux: | $(OUT)/.ready
	$(Q)mkdir -p $@
	$(Q)for dir in linux asm-generic; do ln -sfn /usr/include/$$dir $@/$$dir; done
	$(Q)for dir in /usr/include/$(arch)-linux-gnu/asm /usr/include/asm; do \
		[ ! -d $$dir ] || { ln -sfn $$dir $@/asm; break; }; done

fetch: build/deps/archives.fetched ## Fetch the pinned sources into build/deps/archives, for a later DEPS_DIR=
.PHONY: fetch
