#!/bin/sh
# The wall over SSH, for ever: connects, and when the link is gone paints over the whole
# screen since when, and tries again. The server cannot say that the link is gone; what
# is left on the screen would be taken for the present.
#
#   warroom-kiosk.sh wall@host [ssh's own options, such as -p 2222 -i key]
set -u

if [ $# -eq 0 ]; then
	echo "warroom-kiosk: name where the room is, such as wall@war.example" >&2
	exit 2
fi
pause=${WARROOM_KIOSK_PAUSE:-2} # seconds between two tries

# What this terminal is left as when the loop ends, by a signal too.
restore() {
	printf '\033[0m\033[?25h\033[H\033[2J'
}
trap restore EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# banner LINE… paints the whole screen in reverse video, in the middle the lines. Each is
# cut to the width: a line that wraps would push the first one out.
banner() {
	size=$(stty size 2>/dev/null) || size=
	rows=${size%% *}
	columns=${size##* }
	case $rows in '' | *[!0-9]* | 0) rows=24 ;; esac
	case $columns in '' | *[!0-9]* | 0) columns=80 ;; esac
	printf '\033[?1049l\033[0m\033[?25l\033[7m\033[H\033[2J'
	row=1
	while [ "$row" -le "$rows" ]; do # not every terminal clears in reverse video
		printf '\033[%d;1H%*s' "$row" "$columns" ''
		row=$((row + 1))
	done
	row=$(((rows - $#) / 2 + 1))
	[ "$row" -ge 1 ] || row=1
	for line in "$@"; do
		line=$(printf '%.*s' "$columns" "$line")
		printf '\033[%d;%dH%s' "$row" "$(((columns - ${#line}) / 2 + 1))" "$line"
		row=$((row + 1))
	done
	printf '\033[0m'
}

exec 3>&1 # what ssh shows goes there, so that what it complains of can be caught
since=
tries=0
while :; do
	began=$(date +%s)
	# Without an answer to two questions five seconds apart the link is gone.
	why=$(ssh -t -o ServerAliveInterval=5 -o ServerAliveCountMax=2 -o ConnectTimeout=10 -o BatchMode=yes "$@" 2>&1 >&3)
	why="ssh ended with status $?: $(printf '%s\n' "$why" | tail -n 1 | tr -d '[:cntrl:]')"
	# What took longer than a connection may was a wall: it is gone since now.
	if [ -z "$since" ] || [ $(($(date +%s) - began)) -gt 15 ]; then
		since=$(date -u +%H:%M:%SZ)
		tries=0
	fi
	tries=$((tries + 1))
	banner "DISCONNECTED since $since" "" "What stood here is not the present. $1 cannot be reached." \
		"$why" "try $tries, again in $pause s"
	sleep "$pause"
done
