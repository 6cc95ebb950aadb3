#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What --help, the manual, the completions, docs/reference.md, the example and the program itself say of commands, options,
# parameters, settings, options of a claim and verdicts is the same; the pages are sound.
. "$(dirname "$0")/../tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
binary=${BINARY:-$top/build/static/vfio-early}
reference=$top/docs/reference.md

same() { # SUBJECT FILE FILE...: all hold the same words, and there are some
	subject=$1 first=$2
	shift 2
	ok "$subject: there are some" [ -s "$work/$first" ]
	for other; do
		ok "$subject: $first and $other" diff "$work/$first" "$work/$other"
	done
}
words() { sort -u >"$work/$1"; }
rendered() { mandoc -T ascii "$work/$1" | col -b; }
# What bash offers for a line.
bash_offers() { # LINE [WORDBREAKS]
	bash -c 'source "$1"; COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDBREAKS=${3:- }; _vfio_early; printf "%s\n" "${COMPREPLY[@]}"' - \
		"$top/completions/vfio-early.bash" "$@"
}
section() { sed -n "/^$1\$/,/^[A-Z]/p"; }

for page in "$top"/man/vfio-early*.scd; do
	page=$(basename "$page" .scd)
	"$top/man/make" "$top/man/$page.scd" >"$work/$page"
	ok "$page: mandoc has nothing to say" sh -c '[ -z "$(mandoc -T lint -W warning "$1" | tee /dev/stderr)" ]' - "$work/$page"
	ok "$page: groff has nothing to say" sh -c '[ -z "$(groff -ww -man -T utf8 -z "$1" 2>&1 | tee /dev/stderr)" ]' - "$work/$page"
done

printf 'x(1)\n\n# NAME\n\n--word\n' >"$work/bad.scd"
ok "a page with a mistake is none" sh -c '! "$1" "$2"' - "$top/man/make" "$work/bad.scd"
printf 'x(1)\n\n# NAME\n\n@SETTING colour@\n' >"$work/bad.scd"
ok "nor is one with a setting that the program lacks" sh -c '! "$1" "$2"' - "$top/man/make" "$work/bad.scd"

# --- codes of findings ---

sed -n 's/^FINDING([A-Z_]*, "\([^"]*\)".*/\1/p; s/^VERDICT([A-Z_]*, "\([^"]*\)".*/\1/p' "$top/src/cmd/findings.def" \
	"$top/src/core/verdicts.def" | sort >"$work/codes"
ok "no two findings or verdicts have one name" sh -c '[ -s "$1" ] && ! uniq -d "$1" | grep .' - "$work/codes"
sed -n 's/^FINDING([A-Z_]*, "\([^"]*\)".*/\1/p' "$top/src/cmd/findings.def" | words codes-of-program
rendered vfio-early.8 | sed -n '/^FINDINGS$/,/^EXIT STATUS$/p' | sed -nE 's/^       ([a-z]+(-[a-z]+)*)$/\1/p' | words codes-of-manual
same codes codes-of-program codes-of-manual

# --- commands and options ---

"$binary" --help >"$work/help"
sed -n '/^Commands:/,/^Options:/s/^  \([a-z][a-z]*\) .*/\1/p' "$work/help" | words commands-of-help
sed -n 's/^	{ "\([a-z]*\)", cmd_.*/\1/p' "$top/src/main.c" | words commands-of-program
rendered vfio-early.8 | section COMMANDS | sed -nE 's/^       ([a-z]+)( \[.*)?$/\1/p' | words commands-of-manual
bash_offers "vfio-early " | grep -v '^-' | words commands-of-bash
grep -oE '[a-z]+\\:"' "$top/completions/_vfio-early" | sed 's/\\:"//' | words commands-of-zsh
same commands commands-of-program commands-of-help commands-of-manual commands-of-bash commands-of-zsh

long='--[a-z]+(-[a-z]+)*'
sed -n '/^Options/,/^A selector/p' "$work/help" | grep -oE -- "$long" | words options-of-help
sed -nE 's/^	\[OPTION_[A-Z_]+\] = \{ "([a-z-]+)".*/--\1/p' "$top/src/cmd/options.c" | words options-of-program
rendered vfio-early.8 | section OPTIONS | grep -E '^       -' | grep -oE -- "$long" | words options-of-manual
grep -oE -- "(^|[ \"(])$long" "$top/completions/vfio-early.bash" | grep -oE -- "$long" | words options-of-bash
grep -oE -- "$long" "$top/completions/_vfio-early" | words options-of-zsh
same options options-of-program options-of-help options-of-manual options-of-bash options-of-zsh
# What each command takes, as the program says it and as bash offers it.
while read -r command; do
	"$binary" "$command" --help | sed -n '/^Options/,$s/^ .\{5\}\(--\)/\1/p' | grep -oE -- "^$long" | grep -vx -- --version | words "help-of-$command"
	bash_offers "vfio-early $command -" | grep -oE -- "$long" | words "bash-of-$command"
	same "options of $command" "help-of-$command" "bash-of-$command"
done <"$work/commands-of-program"

# --- parameters, settings and options of a claim ---

# What the rows of the program's table have.
table() { # SETTING|PARAMETER|CLAIM_OPTION FORMAT
	columns="field, name, kind, values, standard, help"
	[ "$1" != PARAMETER ] || columns="constant, name, kind, values, help"
	printf '#define %s(%s) %s\n#include "core/settings.def"\n' "$1" "$columns" "$2" |
		gcc -E -P -x c -I "$top/src" - | sed -E 's/" *"//g; s/"//g' | grep .
}

table PARAMETER name | words parameters-of-program
rendered vfio-early.cmdline.7 | section PARAMETERS | sed -nE 's/^       (rd\.vfio[a-z.]*).*/\1/p' | grep -v '\.$' | words parameters-of-manual
sed -n '/^| parameter |/,/^$/p' "$reference" | grep -oE '^\| `rd\.vfio[a-z.-]*|, `rd\.vfio[a-z.-]*' | tr -d '|,` ' | words all-of-reference
table SETTING name | words settings-of-program
for page in vfio-early.cmdline.7 vfio-early.conf.5; do
	rendered $page | section SETTINGS | sed -nE 's/^       ([a-z-]+)=.*/\1/p' | words "settings-of-$page"
done
same parameters parameters-of-program parameters-of-manual
same settings settings-of-program settings-of-vfio-early.cmdline.7 settings-of-vfio-early.conf.5
{
	cat "$work/parameters-of-program"
	sed 's/^/rd.vfio./' "$work/settings-of-program"
} | words all-of-program
same "parameters and settings" all-of-program all-of-reference

# Where a value is a word, the manual and the example list each; where it is a number, they give the range.
table SETTING 'name = values' | tr -d ' ' | sed 's/=[0-9].*/=SECONDS/' | words values-of-program
rendered vfio-early.conf.5 | section SETTINGS | sed -nE 's/^       ([a-z-]+=.*)/\1/p' | words values-of-manual
same "values of settings" values-of-program values-of-manual
table SETTING '"set " name = standard' | sed 's/ *= */=/' | words defaults-of-program
sed -nE 's/^#   (set [a-z-]+=[a-z0-9]+) .*/\1/p' "$top/vfio-early.conf" | words defaults-of-example
same "defaults of settings" defaults-of-program defaults-of-example
# The reference gives the default only where the row is about another value.
sed -nE 's/^\| `rd\.vfio\.([a-z-]+)=.*[; ]`?([a-z0-9]+)`? is the default.*/set \1=\2/p' "$reference" |
	words defaults-of-reference
ok "defaults of settings: the reference" [ -s "$work/defaults-of-reference" ]
ok "defaults of settings: the reference has the program's" sh -c '! grep -vxFf "$1" "$2"' - \
	"$work/defaults-of-program" "$work/defaults-of-reference"

table CLAIM_OPTION name | words claim-options-of-program
rendered vfio-early.conf.5 | section "OPTIONS OF CLAIM" | sed -nE 's/^       ([a-z-]+)(=.*)?$/\1/p' |
	words claim-options-of-manual
grep -oE '^\| `\.\.\. [a-z-]+' "$reference" | sed 's/.* //' | words claim-options-of-reference
sed -nE '/^# Options of a claim/,/^#$/s/^#   ([a-z-]+)[= ].*/\1/p' "$top/vfio-early.conf" |
	words claim-options-of-example
same "options of a claim" claim-options-of-program claim-options-of-manual claim-options-of-reference \
	claim-options-of-example

# --- verdicts ---

sed -nE 's/^VERDICT\([A-Z_]+, "([a-z-]+)", .*/\1/p' "$top/src/core/verdicts.def" | words verdicts-of-program
rendered vfio-early.8 | section VERDICTS | sed -nE 's/^       ([a-z-]+)$/\1/p' | words verdicts-of-manual
sed -n '/^| verdict |/,/^$/p' "$reference" | sed -nE 's/^\| `([a-z-]+)` .*/\1/p' | words verdicts-of-reference
jq -r '.properties.devices.items.properties.verdict.enum[] | select(. != null)' "$top/tests/report.schema.json" | words verdicts-of-schema
same verdicts verdicts-of-program verdicts-of-manual verdicts-of-reference verdicts-of-schema

# --- how images are made and parameters are set ---

# tests/cli/systems.t compares the table with what check says on a tree of each system. It has each command of these.
{
	sed -nE 's/.*\.regenerate = "(.*)"[,)].*/\1/p' "$top/src/host/generators.def"
	sed -nE 's/^\t+return "(sudo [^"]*)";/\1/p' "$top"/src/host/distro*.c
} | words steps-of-program
ok "steps of boot loaders: there are some" [ "$(wc -l <"$work/steps-of-program")" -ge 9 ]
while read -r step; do
	ok "steps of boot loaders: $step" grep -qF -- "$step" "$top/docs/boot-loaders.md"
done <"$work/steps-of-program"
# Systems that are not supported, and why.
sed -n '/^static const char unsupported/,/;$/p' "$top"/src/host/distro*.c | tr -d '\n' | sed 's/"[ \t]*"//g; s/\\n/\n/g; s/[^"]*"//' |
	awk -F '|' 'NF == 5 { print "| " $3 " | " $4 " |" }' >"$work/unsupported"
sed -n 's/^static const char strangers.*"\(.*\)|";/\1/p' "$top"/src/host/distro*.c | tr '|' '\n' |
	sed 's/.*/| & | its images cannot contain vfio-early yet |/' >>"$work/unsupported"
sort "$work/unsupported" >"$work/unsupported-of-program"
sed -n '/^## Systems that are not/,$p' "$top/docs/boot-loaders.md" | grep '^| ' | grep -v '^| system\|^| ---' | sort >"$work/unsupported-of-docs"
same "systems that are not supported" unsupported-of-program unsupported-of-docs

# --- completion of the live system ---

for device in /sys/bus/pci/devices/*; do
	ok "bash offers ${device##*/}" sh -c 'echo "$1" | grep -qxF "$2"' - "$(bash_offers "vfio-early list 0000:")" "${device##*/}"
	break
done
ok "what is written already is not given twice" [ "$(bash_offers "vfio-early list class:" : | head -n 1)" = "" ]
ok "zsh can read its own" zsh -n "$top/completions/_vfio-early"
finish
