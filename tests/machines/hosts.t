#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Hosts that an earlier version has lost: each file of hosts/ is a machine with its claims, and says in lines
# "#= STAGE ADDRESS VERDICT [TEXT]" what becomes of each device in the dry run of the early stage, in that of the late
# stage, and in check. What a stage does not mention must not be there. TEXT is part of the sentence or of its cure.
# With ACCEPT=1 these lines are written anew, to be read and committed.
. "$(dirname "$0")/../tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
binary=${BINARY:-$top/build/static/vfio-early}

ask() { # STAGE
	case $1 in
	early) "$binary" --root "$work/root" boot --dry-run --json ;;
	late) "$binary" --root "$work/root" boot --late --dry-run --json ;;
	check) "$binary" --root "$work/root" check --json ;;
	esac
}

verdicts() { # STAGE
	ask "$1" | jq -r --arg stage "$1" '.devices[] | select(.verdict != null) | "\($stage) \(.address) \(.verdict)"'
}

# Every text that is expected stands in the device's sentence.
has_texts() { # STAGE
	ask "$1" >"$work/answer"
	sed -n "s/^#= $1 \([^ ]* [^ ]*\) \(.\)/\1 \2/p" "$machine" | {
		grep . || return 1
	} | while read -r address _ text; do
		jq -e --arg address "$address" --arg text "$text" \
			'.devices[] | select(.address == $address) | .reason + "; " + .hint | contains($text)' "$work/answer" >/dev/null || {
			echo "$1: $address does not say: $text"
			exit 1
		}
	done
}

fails_where_something_stays() {
	ask check >/dev/null
	status=$?
	if grep -q '^#= check .* kept' "$machine"; then [ $status = 1 ]; else [ $status = 0 ]; fi
}

accept() {
	{
		grep -v '^#=' "$machine"
		for stage in early late check; do
			ask $stage | jq -r --arg stage $stage '.devices[] | select(.verdict != null) | "#= \($stage) \(.address) \(.verdict) \(.reason)"'
		done
	} >"$work/new"
	cp "$work/new" "$machine"
}

for machine in "$here"/hosts/*; do
	name=$(basename "$machine")
	rm -rf "$work/root"
	"$here/unpack" "$machine" "$work/root" || exit 1
	[ -z "${ACCEPT:-}" ] || accept
	for stage in early late check; do
		sed -n "s/^#= \($stage [^ ]* [^ ]*\).*/\1/p" "$machine" >"$work/expected"
		verdicts $stage >"$work/seen"
		ok "$name: $stage" diff "$work/expected" "$work/seen"
		ok "$name: $stage says why" has_texts $stage
	done
	ok "$name: check fails where something stays" fails_where_something_stays
done
finish
