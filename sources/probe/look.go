package probe

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/sources"
)

const (
	// lookGrace is how much longer a look may take than its probe, so that it is the
	// probe that runs out of time, and says waiting for what.
	lookGrace = time.Second
	// stall is how much later than it should a probe may notice that its time is up. After
	// more than that it was this process that did not run.
	stall = 500 * time.Millisecond
	// reasonLimit and textLimit are how many runes a pane can use.
	reasonLimit = 300
	textLimit   = 120
)

// source is the name of this source in a Scope, and the beginning of its keys.
const source = "probe"

// The words of a probe's states.
const (
	wordUp          = "UP"
	wordSlow        = "SLOW"
	wordUnconfirmed = room.Unconfirmed // the last look failed, others have to bear it out
	wordFlapping    = "FLAPS"          // right and wrong in turns, and not wrong for long
	wordDown        = "DOWN"
	wordError       = "ERROR" // our own trouble
)

// look turns the probes of one target into signals. It remembers since when the
// state is what it is; the looks of one watch do not overlap, so it needs no lock.
type look struct {
	target *target
	tally  *tally
	signal room.Signal // as it was reported last

	usual   usual          // what its right answers take, if anybody asks
	reused  usual          // the same over kept connections, without the time to make one
	blame   string         // why the last look failed that did; "" if none has
	came    string         // what came then
	reached netip.AddrPort // where the last probe got to
	address string         // the same as text
	shown   showings       // the certificates it showed lately
	answers answered       // what it answered lately, if it is a name server
	met     bool           // it was UP once, where that is awaited
}

func newLook(t *target) *look {
	l := &look{target: t, tally: newTally(t.spec.Confirm), signal: room.Signal{
		Key:     source + "/" + t.spec.Name,
		Kind:    room.KindProbe,
		Scope:   room.Scope{Source: source, Region: t.spec.Region},
		Title:   t.spec.Name,
		Service: t.spec.Service,
		Region:  t.spec.Region,
		Detail:  t.detail(),
	}}
	if t.known != nil {
		l.resume(t.known(l.signal.Key))
	}
	return l
}

// resume goes on from what the room was left with: an endpoint that was DOWN is not DOWN?
// after a restart, and its certificate is no new one.
func (l *look) resume(left *room.Signal) {
	if left == nil {
		return
	}
	l.signal.Word, l.signal.Reason, l.signal.Came = left.Word, left.Reason, left.Came
	l.blame, l.came = left.Reason, left.Came
	l.met = metBefore(left)
	if detail, ok := left.Detail.(*room.ProbeDetail); ok {
		l.showed(detail.Certificate)
		l.answered(detail.Answers)
	}
	switch left.Word {
	case wordDown:
		l.tally.goOn(bad)
	case wordSlow:
		l.tally.goOn(tardy)
	}
}

// look implements sources.Look.
func (l *look) look(ctx context.Context, report sources.Report) error {
	signal, f := l.measure(ctx)
	if f == brokenOffEarly {
		return l.unfinished(ctx)
	}
	report([]room.Signal{signal})
	return l.unmade(f)
}

// brokenOffEarly stands for a probe whose context ended before its own time was up: it
// found nothing out.
var brokenOffEarly = new(failure)

// measure makes one probe, takes in what it found, and gives it as a signal.
func (l *look) measure(ctx context.Context) (room.Signal, *failure) {
	t := l.target
	watch := startWatch()
	found := t.probe(ctx, t, &watch)
	if found.failure == nil {
		found.failure = t.late(&watch, found)
		t.kept.doubt(t.spec.Pin, found.failure)
	}
	if f := found.failure; f != nil && f.class == classTimeout && watch.total() > t.spec.Timeout+stall {
		found.failure = stalled(f)
	}
	if ctx.Err() != nil && found.failure != nil {
		return room.Signal{}, brokenOffEarly
	}
	switch f := found.failure; {
	case t.controls == nil:
	case f != nil && f.class != classError:
		found.failure = t.controls.doubt(ctx, t, f)
	case f == nil && (t.spec.Canary || outside(watch.reached.Addr())):
		t.controls.heard()
	}
	at := t.clock.Now()
	l.showed(watch.shown)
	l.answered(found.answers)
	if found.failure == nil {
		l.come()
	}
	l.update(found, watch.total(), at)
	signal := l.signal
	signal.Samples = []room.Sample{l.sample(found, &watch, at)}
	if found.failure == nil && t.spec.Slower > 0 {
		l.usualOf(found).take(watch.total())
	}
	return signal, found.failure
}

// unfinished is the failure of a look that was broken off.
func (l *look) unfinished(ctx context.Context) error {
	return &sources.Failure{Err: ctx.Err(), Trouble: room.Trouble{
		What: fmt.Sprintf("The probe %s found nothing out", l.target.spec.Name),
		Why:  "it was broken off before its own time was up",
		Next: "it is made again at its next turn",
	}}
}

// unmade is the failure of a look at which we failed ourselves; nil if we did not.
func (l *look) unmade(f *failure) error {
	if f == nil || f.class != classError {
		return nil
	}
	return &sources.Failure{Err: f.cause, Trouble: room.Trouble{
		What: fmt.Sprintf("The probe %s could not be made", l.target.spec.Name),
		Why:  clean.Line(f.reason, reasonLimit),
		Next: f.next,
	}}
}

// outside says whether an address is somewhere in the world, and not next to us.
func outside(address netip.Addr) bool {
	return address.IsGlobalUnicast() && !address.IsPrivate()
}

// late is the failure of an answer that was right but took too long, or whose certificate
// is soon over.
func (t *target) late(watch *stopwatch, found outcome) *failure {
	limit, days := t.spec.Expect.Latency, t.spec.Expect.Days
	switch total := watch.total(); {
	case days > 0 && watch.shown != nil && watch.shown.DaysLeft(time.Now()) < days:
		return &failure{
			class: classCert, phase: phaseTLS, reason: fmt.Sprintf("the certificate has fewer than %d days left", days),
			came: daysLeft(watch.shown),
			text: fmt.Sprintf("the certificate ends on %s, expected %d days more", watch.shown.Ends().UTC().Format(time.DateOnly), days),
		}
	case total > t.spec.Timeout:
		return timedOut(t, phaseTransfer)
	case limit > 0 && total > limit:
		return &failure{
			class: classAssert, phase: phaseTransfer,
			reason: fmt.Sprintf("expected an answer within %s, and it took longer", plainDuration(limit)),
			came:   fmt.Sprintf("%s in %s", found.did, Latency(total)),
			text:   fmt.Sprintf("%s in %s, expected within %s", found.did, Latency(total), plainDuration(limit)),
		}
	}
	return t.limits.exceeded(watch)
}

// daysLeft says how long a certificate lasts.
func daysLeft(c *room.Certificate) string {
	days, until := c.DaysLeft(time.Now()), c.Ends().UTC().Format(time.DateOnly)
	switch {
	case days < 0:
		return "it ended on " + until
	case days == 1:
		return "1 day left, until " + until
	}
	return fmt.Sprintf("%d days left, until %s", days, until)
}

// update sets what the room knows about the target after one more outcome.
func (l *look) update(found outcome, total time.Duration, at time.Time) {
	state, word, reason, came := room.Unknown, wordError, "", ""
	if f := found.failure; f != nil && f.class == classError {
		reason = f.reason // it says nothing of the endpoint, so it does not count
	} else {
		l.tally.take(l.grade(found, total))
		state, word, reason, came = l.verdict(found, total)
	}
	state, word, reason = l.yetToCome(state, word, reason)
	state, word, reason = l.target.excused(at, state, word, reason)
	if l.signal.Word != word {
		l.signal.Since = at
	}
	l.signal.State, l.signal.Word = state, word
	l.signal.Reason, l.signal.Came = clean.Line(reason, reasonLimit), clean.Line(came, textLimit)
}

func (l *look) grade(found outcome, total time.Duration) grade {
	switch slow := l.target.spec.Slow; {
	case found.failure != nil:
		return bad
	case slow > 0 && total > slow, l.usualOf(found).exceeded(total, l.target.spec.Slower):
		return tardy
	}
	return good
}

// usualOf is what outcomes like this one usually take.
func (l *look) usualOf(found outcome) *usual {
	if found.reused {
		return &l.reused
	}
	return &l.usual
}

// verdict says what the looks so far amount to. Its reason is the same as long as the
// cause is; while an endpoint comes back it is the one that took it down. What came may be
// another at each look.
func (l *look) verdict(found outcome, total time.Duration) (state room.State, word, reason, came string) {
	if f := found.failure; f != nil {
		l.blame, l.came = f.reason, f.came
	}
	switch seen := l.tally; {
	case seen.down:
		return room.Critical, wordDown, l.blame, l.came
	case seen.flapping:
		return room.Warning, wordFlapping, flapping, l.blame
	case seen.unconfirmed():
		return room.Warning, wordUnconfirmed, l.blame, l.came
	case seen.standing == tardy:
		return room.Warning, wordSlow, "right, but slower than " + l.target.slowFrom(), "took " + Latency(total)
	}
	return room.OK, wordUp, "", ""
}

const flapping = "flapping: right and wrong answers take turns"

// soon says whether the next look should not wait for its turn: one has failed, or what
// flaps stays wrong, and whether the endpoint is down should be known as soon as can be.
func (l *look) soon() bool { return l.tally.unconfirmed() || l.tally.worsens() }

// sample is the reading of one outcome.
func (l *look) sample(found outcome, watch *stopwatch, at time.Time) room.Sample {
	state := l.target.uncounted(at, l.stateOf(found, watch.total()))
	if state == room.Critical && l.awaited() {
		state = room.Unknown // not counted in the share of good looks
	}
	s := room.Sample{
		At: at, State: state,
		Address: l.addressOf(watch.reached), Total: watch.total(), Phases: watch.laps.phases(), Status: found.status,
		Text: found.did + " in " + Latency(watch.total()),
	}
	if found.reused {
		s.Text += ", connection reused"
	}
	if found.ignored != "" {
		s.Text += ", bad certificate accepted"
	}
	if found.exposed {
		s.Text += ", redirected from https to http"
	}
	if f := found.failure; f != nil {
		s.Class, s.Phase = f.class, f.phase.String()
		switch {
		case f.text != "":
			s.Text = f.text
		case f.class != classStatus:
			s.Text = f.reason
		}
	}
	s.Text = clean.Line(s.Text, textLimit)
	if hops := watch.hops; len(hops) > 0 {
		s.Hops = &hops
	}
	return s
}

// addressOf writes where a probe got to, "" if nowhere. It is the same nearly always, so
// that the text is, too, and costs memory once.
func (l *look) addressOf(reached netip.AddrPort) string {
	switch {
	case !reached.IsValid():
		return ""
	case reached != l.reached:
		l.reached, l.address = reached, reached.String()
		if reached.Port() == 0 { // a ping has none
			l.address = reached.Addr().String()
		}
	}
	return l.address
}

// stateOf is the state of one look by itself: it failed, was slow, or was right.
func (l *look) stateOf(found outcome, total time.Duration) room.State {
	if f := found.failure; f != nil && f.class == classError {
		return room.Unknown
	}
	return [...]room.State{good: room.OK, tardy: room.Warning, bad: room.Critical}[l.grade(found, total)]
}
