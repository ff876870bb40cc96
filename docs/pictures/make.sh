#!/usr/bin/env bash
# Makes the pictures of the README anew, from the running drill, in a real terminal on
# a display of its own. Needs Xvfb, xterm, xdotool and ImageMagick; on Debian:
#
#   apt-get install xvfb xterm xdotool imagemagick fonts-jetbrains-mono
#
#   docs/pictures/make.sh            all of them
#   docs/pictures/make.sh wide-dark  one of them
set -euo pipefail
cd "$(dirname "$0")/../.."

for need in Xvfb xterm xdotool import convert; do
	command -v "$need" >/dev/null || { echo "make.sh: $need is missing; see the head of this script" >&2; exit 2; }
done

scratch=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$scratch"' EXIT
go build -o "$scratch/warroom" .

Xvfb -displayfd 3 -screen 0 1920x1400x24 -nolisten tcp 3>"$scratch/display" 2>/dev/null &
until [ -s "$scratch/display" ]; do sleep 0.1; done
DISPLAY=:$(cat "$scratch/display")
export DISPLAY

# titled waits until the terminal's title, which tells the worst there is, matches.
titled() {
	for _ in $(seq 300); do
		window=$(xdotool search --onlyvisible --name "$1" 2>/dev/null | tail -1) && [ -n "$window" ] && return
		sleep 0.1
	done
	echo "make.sh: the drill never came to show $1" >&2
	exit 1
}

# picture NAME COLUMNSxROWS BACKGROUND FOREGROUND THEME FROM "KEYS…"
picture() {
	local name=$1 size=$2 background=$3 foreground=$4 theme=$5 from=$6
	shift 6
	mkdir -p "$scratch/$name"
	echo '{"visited": true}' >"$scratch/$name/screen-drill.json" # no hints over the panes
	# shellcheck disable=SC2086 # what is played is several words
	xterm -u8 -fa 'JetBrains Mono' -fs 10 -geometry "$size+0+0" -bg "$background" -fg "$foreground" \
		+sb -b 8 -xrm 'xterm*directColor: true' -xrm 'xterm*faceNameDoublesize: DejaVu Sans Mono' \
		-e env COLORTERM=truecolor LANG=C.UTF-8 "$scratch/warroom" ${play:-drill} --state "$scratch/$name" --theme "$theme" --from "$from" --speed 60 &
	local terminal=$!
	titled '[0-9] alarms [0-9]+ probe.* DRILL|DRILL TROUBLE.* probe'
	sleep 20 # twenty simulated minutes, so that there are readings to draw
	xdotool windowfocus "$window" key p
	for key in "$@"; do
		sleep 0.3
		xdotool key "$key"
	done
	sleep 3 # a chart is fetched only once its row has been open for a moment
	import -window "$window" -silent "$scratch/$name.png"
	convert "$scratch/$name.png" -strip +dither -colors 96 -define png:compression-level=9 "docs/pictures/$name.png"
	kill "$terminal"
	wait "$terminal" 2>/dev/null || true
	echo "docs/pictures/$name.png"
}

only=${1:-}
wants() { [ -z "$only" ] || [ "$only" = "$1" ]; }

wants wide-dark && picture wide-dark 150x42 '#101418' '#d8dee9' dark 07:00 2 j j
wants narrow && picture narrow 80x24 '#101418' '#d8dee9' dark 07:00 2
wants light && picture light 130x36 '#fafafa' '#24292f' light 07:00 4
wants chart && picture chart 150x42 '#101418' '#d8dee9' dark 06:45 2 slash 5 x x Return Return
wants past && picture past 150x42 '#101418' '#d8dee9' dark 07:00 4 bracketleft bracketleft bracketleft
wants kiosk && play="kiosk --drill" picture kiosk 150x42 '#101418' '#d8dee9' dark 07:00
true
