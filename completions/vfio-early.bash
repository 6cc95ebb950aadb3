# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# bash completion for vfio-early(8).

# Selectors of the system below $root: short addresses, whole slots, ids, groups, and words that stand for a device. Whoever
# has begun with a segment, or has several, gets whole addresses.
_vfio_early_selectors() {
	local device alias address slot="" long="" link
	local devices=$root/sys/bus/pci/devices
	[[ $current != ????*:??:* && $current != 0000* ]] || long=1
	for device in "$devices"/*; do
		[[ ${device##*/} == 0000:* ]] || long=1
	done
	for device in "$devices"/*; do
		# pci:v000010DEd00001C03sv...
		read -r alias 2>/dev/null <"$device/modalias" || continue
		address=${device##*/}
		[[ -n $long ]] || address=${address#0000:}
		alias=${alias:9:4}:${alias:18:4}
		printf '%s\n' "$address" "${alias,,}"
		[[ ${address%.*} != "$slot" ]] || printf '%s.*\n' "$slot"
		slot=${address%.*}
	done
	readlink "$devices"/*/iommu_group | while read -r link; do printf 'group:%s\n' "${link##*/}"; done
	printf '%s\n' boot-vga class:
}

_vfio_early_drivers() {
	local link
	readlink "$root"/sys/bus/pci/devices/*/driver | while read -r link; do printf -- '--driver=%s\n' "${link##*/}"; done
	echo --driver=none
}

_vfio_early() {
	local line=${COMP_LINE:0:COMP_POINT} command="" word skip="" words root=""
	# bash splits words at colons too; addresses and ids are full of them.
	local current=${line##*[[:space:]]}
	local -a before
	read -ra before <<<"${line%"$current"}"

	for word in "${before[@]:1}"; do
		if [[ -n $skip ]]; then
			[[ $skip != --root ]] || root=$word
			skip=""
		elif [[ $word == --root || $word == --driver ]]; then
			skip=$word
		elif [[ $word == --root=* ]]; then
			root=${word#--root=}
		elif [[ $word != -* && -z $command ]]; then
			command=$word
		fi
	done
	root=${root/#\~\//$HOME/}
	if [[ $skip == --root || $current == --root=* ]]; then
		mapfile -t COMPREPLY < <(compgen -d -- "${current#--root=}")
		compopt -o filenames 2>/dev/null
		return
	fi
	case $command in
	list) words="--json --color= --gpu --usb --net --storage --wanted --driver= --tree --lines $(_vfio_early_selectors)" ;;
	check | status) words="--json --color=" ;;
	facts) words="--write" ;;
	boot) words="--late --dry-run --json" ;;
	help) words="list check status facts boot finish help" ;;
	"") words="list check status facts boot finish help --json --color= --gpu --usb --net --storage --wanted --driver= --tree --lines --version" ;;
	*) words="" ;;
	esac
	words+=" --root= --help"
	[[ $current != --color=* ]] || words="--color=auto --color=always --color=never"
	[[ $current != --driver=* ]] || words=$(_vfio_early_drivers)
	if [[ $skip == --driver ]]; then
		words=$(_vfio_early_drivers)
		words=${words//--driver=/}
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "${current//\\/}" | sort -u)
	[[ ${COMPREPLY[*]} != *[=:] ]] || compopt -o nospace 2>/dev/null
	# The shell must not take it for names of files.
	COMPREPLY=("${COMPREPLY[@]//\*/\\*}")
	# What bash has split off already must not be given again.
	if [[ $current == *[:=]* && $COMP_WORDBREAKS == *:* ]]; then
		local given=${current%"${current##*[:=]}"} i
		for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]#"$given"}; done
	fi
}

complete -F _vfio_early vfio-early
