#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# make lint finds what it is to find: a phrase of the list in a text and in a string of C, over the end of a line too, and a
# misspelt word.
. "$(dirname "$0")/../tap.sh"

refuses() { # FILE: with the phrases that $1 has
	! "$top/tests/phrases" "$work/$1"
}
accepts() { "$top/tests/phrases" "$work/$1"; }

printf 'The log says\nso.\n' >"$work/text.md"
ok "in a text, over the end of a line" refuses text.md
same "with file and line" "$work/text.md:1:" "$(cut -d' ' -f1 "$work/out")"
printf '# a comment, in so\n# many words\n' >"$work/example.conf"
ok "in the comments of the example" refuses example.conf
printf 'puts("Leave " /* why */\n     "word");\n' >"$work/string.c"
ok "in a string of C that is in two parts" refuses string.c
same "with file and line" "$work/string.c:1:" "$(cut -d' ' -f1 "$work/out")"
printf '/* It says so: "made anew". */\nputs("fine"); // in so many words\nint papers = sizeof("\\"");\n' >"$work/comment.c"
ok "not in comments and names of C" accepts comment.c
printf 'SETTING("log", "How much is told.")\n' >"$work/table.def"
ok "in a table" refuses table.def

mkdir "$work/tree"
cp "$top/.codespellrc" "$work/tree"
echo "buildd, which is not misspelt" >"$work/tree/text.md"
spelt() { (cd "$work/tree" && codespell); }
ok "a word on the list" spelt
# codespell would find it here too.
printf 'the ini%sramfs is %s\n' t "rec""ieved" >"$work/tree/text.md"
ok "a misspelt word" sh -c 'cd "$1" && ! codespell' - "$work/tree"
finish
