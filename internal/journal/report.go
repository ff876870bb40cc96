package journal

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Report is what a journal was found to hold, and what of it is lost or changed.
type Report struct {
	Path        string
	Meta        Meta
	Events      int       // that are what was written
	Readings    int       // likewise
	Charts      int       // likewise
	Checkpoints int       //
	Removed     int64     // events that retention has let go, signed off
	First, Last time.Time // room time of the first and the last event
	Head        string    // the hash of the last event
	Damage      []string  // what is lost or changed, a sentence each; none if all is well
	Remarks     []string  // what does no harm, but should be known
}

// String is the report for people, with a newline at the end.
func (r Report) String() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n", r.Path)
	if r.Meta.Node != "" {
		r.found(&out)
	}
	for _, each := range r.Damage {
		fmt.Fprintf(&out, "DAMAGED  %s\n", each)
	}
	for _, each := range r.Remarks {
		fmt.Fprintf(&out, "note     %s\n", each)
	}
	if len(r.Damage) == 0 {
		out.WriteString("nothing is lost or changed: the chain holds from the first event to the last\n")
	}
	return out.String()
}

// found writes what is there.
func (r Report) found(out io.Writer) {
	fmt.Fprintf(out, "  room %q, node %s, since %s\n", r.Meta.Room, r.Meta.Node, r.Meta.Created.Format("2006-01-02 15:04:05Z"))
	if r.Meta.Drill != "" {
		fmt.Fprintf(out, "  a DRILL: %s\n", r.Meta.Drill)
	}
	fmt.Fprintf(out, "  %d events, %d readings, %d charts, %d checkpoints\n", r.Events, r.Readings, r.Charts, r.Checkpoints)
	if r.Events > 0 {
		fmt.Fprintf(out, "  from %s to %s\n", r.First.Format("2006-01-02 15:04:05Z"), r.Last.Format("2006-01-02 15:04:05Z"))
	}
	if r.Removed > 0 {
		fmt.Fprintf(out, "  %d older events were let go, and that is signed off\n", r.Removed)
	}
	fmt.Fprintf(out, "  head %s\n", r.Head)
}
