# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# bash completion for vfio-early(8).

# Selectors of the live system: addresses, ids, and the words that stand for a device.
_vfio_early_selectors() {
	local device vendor model
	for device in /sys/bus/pci/devices/*; do
		[[ -e $device/vendor ]] || continue
		read -r vendor <"$device/vendor"
		read -r model <"$device/device"
		printf '%s\n' "${device##*/}" "${vendor#0x}:${model#0x}"
	done
	printf '%s\n' boot-vga class:
}

_vfio_early() {
	local line=${COMP_LINE:0:COMP_POINT} command="" word skip="" words
	# bash splits words at colons too; addresses and ids are full of them.
	local current=${line##*[[:space:]]}
	local -a before
	read -ra before <<<"${line%"$current"}"

	for word in "${before[@]:1}"; do
		if [[ -n $skip ]]; then
			skip=""
		elif [[ $word == --root ]]; then
			skip=1
		elif [[ $word != -* && -z $command ]]; then
			command=$word
		fi
	done
	if [[ -n $skip ]]; then
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		return
	fi
	if [[ $current == --root=* ]]; then
		mapfile -t COMPREPLY < <(compgen -d -- "${current#--root=}")
		compopt -o filenames 2>/dev/null
		return
	fi
	case $command in
	list) words="--json --color= $(_vfio_early_selectors)" ;;
	check | status) words="--json --color=" ;;
	facts) words="--write" ;;
	boot) words="--late --dry-run --json" ;;
	help) words="list check status facts boot finish help" ;;
	"") words="list check status facts boot finish help --json --color= --version" ;;
	*) words="" ;;
	esac
	words+=" --root= --help"
	[[ $current != --color=* ]] || words="--color=auto --color=always --color=never"
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	[[ ${COMPREPLY[*]} != *[=:] ]] || compopt -o nospace 2>/dev/null
	# What bash has split off already must not be given again.
	if [[ $current == *[:=]* && $COMP_WORDBREAKS == *:* ]]; then
		local given=${current%"${current##*[:=]}"} i
		for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]#"$given"}; done
	fi
}

complete -F _vfio_early vfio-early
