package cli

import (
	"fmt"
	"io"
	"time"

	"warroom/internal/config"
	"warroom/internal/room"
)

// The queue of what AWS pushes is read by the room alone: who took messages off it to print
// them once would lose them. So `status` tells of it what the room's journal says.

// queueOf is the queue of a config as the room that is kept has seen it; nil if none has.
func queueOf(cfg *config.Config, kept *room.Snapshot) *room.ScopeStatus {
	if cfg.Push.Queue == "" || kept == nil {
		return nil
	}
	return kept.Scope(room.Scope{Source: room.PushSource, Region: cfg.Push.Region()})
}

// queueLine says when the queue was read, and when a message came.
func queueLine(status *room.ScopeStatus, now time.Time) string {
	ago := func(what string, t time.Time) string {
		if t.IsZero() {
			return "no " + what + " yet"
		}
		return "last " + what + " " + t.UTC().Format("2006-01-02 15:04:05Z") + " (" + now.Sub(t).Round(time.Second).String() + " ago)"
	}
	return fmt.Sprintf("%-8s  %s: %s, %s; a quiet queue is no proof that all is well\n", room.PushSource, status.Scope, ago("message", status.Heard), ago("look", status.Seen))
}

// printQueue prints what is known of the queue of a config, if it has one.
func printQueue(out io.Writer, cfg *config.Config, kept *room.Snapshot, now time.Time) error {
	if cfg.Push.Queue == "" {
		return nil
	}
	line := fmt.Sprintf("%-8s  not read here, since only the room may take messages off the queue, and no room that is kept here has read it\n", room.PushSource)
	if status := queueOf(cfg, kept); status != nil {
		line = queueLine(status, now)
	}
	_, err := io.WriteString(out, line)
	return err
}

// addQueue adds the same to what is printed for scripts.
func (r *report) addQueue(cfg *config.Config, kept *room.Snapshot, now time.Time) {
	if status := queueOf(cfg, kept); status != nil {
		r.Scopes = append(r.Scopes, newScopeReport(status, numbers{}, now))
	}
}
