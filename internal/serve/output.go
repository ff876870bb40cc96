package serve

import (
	"io"
	"strings"
	"time"
)

// output is where the guest reads.
func (g *Guest) output() io.Writer {
	o := &output{guest: g, to: g.channel}
	if g.asked.terminal {
		return &lineFeeds{o}
	}
	return o
}

// errors is where the guest reads what went wrong.
func (g *Guest) errors() io.Writer { return &output{guest: g, to: g.channel.Stderr()} }

// output writes to a client, and cuts the connection of one that takes nothing for too
// long. Source: a client that stops reading fills its window of 2 MiB and then holds
// every write for ever.
type output struct {
	guest *Guest
	to    io.Writer
}

func (o *output) Write(p []byte) (int, error) {
	c := o.guest.connection
	select {
	case <-c.gate.passes():
	default: // it does not answer: wait until it does, or its session is over
		select {
		case <-c.gate.passes():
		case <-o.guest.ctx.Done():
		}
	}
	watchdog := time.AfterFunc(o.guest.server.options.Stall, func() { c.cut(errStalled) })
	defer watchdog.Stop()
	written := 0
	for len(p) > 0 {
		n, err := o.to.Write(p[:min(len(p), pieceSize)])
		if written += n; err != nil {
			return written, err
		}
		p = p[n:]
	}
	return written, nil
}

// pieceSize is how much is written at once. A connection keeps buffers for the longest
// piece that it ever wrote, and all but the first frame are short.
const pieceSize = 4 << 10

// lineFeeds writes lines for a terminal in raw mode.
type lineFeeds struct{ to io.Writer }

func (l *lineFeeds) Write(p []byte) (int, error) {
	text := strings.ReplaceAll(strings.ReplaceAll(string(p), "\r\n", "\n"), "\n", "\r\n")
	if _, err := io.WriteString(l.to, text); err != nil {
		return 0, err
	}
	return len(p), nil
}
