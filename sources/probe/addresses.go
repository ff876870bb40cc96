package probe

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"warroom/internal/room"
	"warroom/sources"
)

// Which of the addresses that a name resolves to are probed. An address of one's own
// choice is Spec.Pin.
const (
	AnyAddress    = ""     // the first that answers, IPv4 before IPv6
	OnlyIPv4      = "ipv4" // the first of this family that answers
	OnlyIPv6      = "ipv6"
	EveryAddress  = "all" // each by itself, as a signal with a history of its own
	addressesMost = 16    // of a name are probed by themselves
	// addressStays is for how many looks an address is still probed that the name no
	// longer resolves to: a balancer names a few of its addresses at a time.
	addressStays = 10
	// addressesNamed is how many bad addresses a reason names.
	addressesNamed = 3
)

// checkAddresses refuses what cannot be: a family that the address in the URL has not.
func (t *target) checkAddresses() error {
	s := &t.spec
	if !slices.Contains([]string{AnyAddress, OnlyIPv4, OnlyIPv6, EveryAddress}, s.Addresses) {
		return fmt.Errorf("addresses can be ipv4, ipv6, all or an address, not %q", s.Addresses)
	}
	if s.From.IsValid() && slices.Contains([]string{"dns", "icmp"}, t.url.Scheme) {
		return fmt.Errorf("%s probes cannot choose the address that they come from; take from away", t.url.Scheme)
	}
	if len(t.families()) == 0 {
		return errors.New("the address that it comes from is of another family than the one that is asked for")
	}
	for _, fixed := range []netip.Addr{t.endpoint.literal, s.Pin} {
		if fixed.IsValid() && !t.usable(fixed) {
			return errors.New("its address is of another family than the one that is asked for")
		}
	}
	return nil
}

// usable says whether an address is of a family that the target is probed over.
func (t *target) usable(a netip.Addr) bool {
	from := t.spec.From
	return (t.spec.Addresses != OnlyIPv4 || a.Is4()) && (t.spec.Addresses != OnlyIPv6 || a.Is6()) && (!from.IsValid() || from.Is4() == a.Is4())
}

// every looks at each address of a name: a signal for each, and one for the whole.
type every struct {
	whole *look
	spec  Spec
	env   *Environment
	parts map[netip.Addr]*part
}

// part is one address of a name.
type part struct {
	*look
	missed int // looks since the name resolved to it last
}

func newEvery(whole *look, spec Spec, env *Environment) *every {
	detail := *whole.signal.Detail.(*room.ProbeDetail)
	detail.Every = true
	whole.signal.Detail = &detail
	return &every{whole: whole, spec: spec, env: env, parts: map[netip.Addr]*part{}}
}

// look implements sources.Look. All addresses are looked at together.
func (e *every) look(ctx context.Context, report sources.Report) error {
	watch := startWatch()
	t := e.whole.target
	limited, cancel := context.WithDeadline(ctx, t.deadline(&watch))
	answers := t.lookup.answers(limited, t.endpoint.host, t.families(), everyDelay)
	named, f := t.found(limited, t.endpoint.host, answers)
	watch.lap(phaseResolve)
	cancel()
	if f == nil {
		f = e.follow(named, answers)
	}
	if ctx.Err() != nil {
		return e.whole.unfinished(ctx)
	}
	if f != nil && t.controls != nil && f.class != classError {
		f = t.controls.doubt(ctx, t, f)
	}
	signals, own := e.measure(ctx)
	if own == brokenOffEarly {
		return e.whole.unfinished(ctx)
	}
	e.sum(signals, f, &watch)
	report(append(signals, e.whole.signal))
	if f == nil {
		f = own
	}
	return e.whole.unmade(f)
}

// follow takes in what the name resolves to now. What it has not resolved to for a while is
// let go, unless that its family's question failed is why.
func (e *every) follow(named []netip.Addr, answers []answer) *failure {
	for address, p := range e.parts {
		unknown := slices.ContainsFunc(answers, func(a answer) bool {
			return a.failed() && families[a.family].any.Is4() == address.Is4()
		})
		if slices.Contains(named, address) {
			p.missed = 0
		} else if unknown {
			continue
		} else if p.missed++; p.missed > addressStays {
			e.forget(address)
		}
	}
	for _, address := range named {
		p := e.parts[address]
		if p == nil && len(e.parts) == addressesMost && !e.giveWay() {
			continue
		}
		if p == nil {
			spec := e.spec
			spec.Name, spec.Pin = spec.Name+"@"+address.String(), address
			t, err := newTarget(spec, e.env)
			if err != nil {
				return &failure{class: classError, phase: phaseConnect, reason: err.Error(), next: "mend it in the config", cause: err}
			}
			t.kept = e.whole.target.kept // all of them end together
			p = &part{look: newLook(t)}
			p.met = p.met || e.whole.met
			p.signal.Title = e.spec.Name + " " + address.String()
			detail := *p.signal.Detail.(*room.ProbeDetail)
			detail.Part = e.whole.signal.Key
			p.signal.Detail = &detail
			e.parts[address] = p
		}
	}
	return nil
}

// giveWay lets go of the address that the name has not resolved to for the longest, and
// says whether there is one.
func (e *every) giveWay() bool {
	var oldest netip.Addr
	missed := 0
	for address, p := range e.parts {
		if p.missed > missed {
			oldest, missed = address, p.missed
		}
	}
	e.forget(oldest)
	return missed > 0
}

// forget lets go of an address, and of the connections to it that were kept.
func (e *every) forget(address netip.Addr) {
	e.whole.target.kept.take(address).close()
	delete(e.parts, address)
}

// measure looks at all addresses, in their order. own is the trouble of ours that every
// one of them met, if so.
func (e *every) measure(ctx context.Context) (signals []room.Signal, own *failure) {
	order := slices.SortedFunc(maps.Keys(e.parts), netip.Addr.Compare)
	signals = make([]room.Signal, len(order))
	failures := make([]*failure, len(order))
	var all sync.WaitGroup
	for i, address := range order {
		all.Go(func() { signals[i], failures[i] = e.parts[address].measure(ctx) })
	}
	all.Wait()
	if slices.Contains(failures, brokenOffEarly) {
		return nil, brokenOffEarly
	}
	for _, f := range failures {
		if f == nil || f.class != classError {
			return signals, nil
		}
		own = f
	}
	return signals, own
}

// sum sets what the whole is, from its addresses or from why the name has none.
func (e *every) sum(parts []room.Signal, unresolved *failure, watch *stopwatch) {
	w, at := e.whole, e.whole.target.clock.Now()
	before, since := w.signal.Word, w.signal.Since
	found := outcome{failure: unresolved}
	e.meet()
	w.update(found, watch.total(), at)
	sample := w.sample(found, watch, at)
	if unresolved == nil && !w.tally.down && len(parts) > 0 {
		w.signal.State, w.signal.Word, w.signal.Reason, w.signal.Came = together(parts)
		sample = e.sampleOf(parts, watch)
		sample.At = at
	}
	if w.signal.Since = at; w.signal.Word == before {
		w.signal.Since = since
	}
	w.signal.Samples = []room.Sample{sample}
}

// together is what the states of addresses come to. What we could not look at counts for
// nothing: a machine without IPv6 blames nobody's IPv6 addresses.
func together(parts []room.Signal) (state room.State, word, reason, came string) {
	var down []string
	looked, count, blame := 0, map[string]int{}, ""
	for _, p := range parts {
		if p.State == room.Unknown {
			blame = p.Reason
			continue
		}
		looked++
		count[p.Word]++
		if p.Word == wordDown {
			down, reason, came = append(down, p.Key[strings.LastIndex(p.Key, "@")+1:]), p.Reason, p.Came
		}
	}
	switch {
	case looked == 0:
		return room.Unknown, wordError, blame, ""
	case count[room.Maintenance] > 0:
		reason, came = reasonOf(parts, room.Maintenance)
		return room.Warning, room.Maintenance, reason, came
	case len(down) == looked:
		return room.Critical, wordDown, "every address: " + reason, came
	case len(down) > 0:
		names := strings.Join(down[:min(len(down), addressesNamed)], ", ")
		if len(down) > addressesNamed {
			names += " …"
		}
		return room.Warning, fmt.Sprintf("%d/%d", looked-len(down), looked), fmt.Sprintf("%d of %d addresses DOWN: %s", len(down), looked, names), ""
	case count[wordUp] > 0:
		return room.OK, wordUp, "", ""
	}
	for _, word := range []string{wordFlapping, wordUnconfirmed, wordSlow} { // none is UP, so the whole is not
		if count[word] > 0 {
			reason, came = reasonOf(parts, word)
			return room.Warning, word, reason, came
		}
	}
	return room.OK, wordUp, "", ""
}

// reasonOf is the reason of the first address of a word, and what came there.
func reasonOf(parts []room.Signal, word string) (reason, came string) {
	p := &parts[slices.IndexFunc(parts, func(p room.Signal) bool { return p.Word == word })]
	return p.Reason, p.Came
}

// sampleOf is the whole's reading: that of its slowest good address, or of a bad one if
// none is good, with the time that the name took.
func (e *every) sampleOf(parts []room.Signal, watch *stopwatch) room.Sample {
	shown, good, looked := parts[0].Samples[0], 0, 0
	for _, p := range parts {
		s := p.Samples[0]
		if s.State == room.Unknown {
			continue
		}
		looked++
		right := s.State == room.OK || s.State == room.Warning
		if right {
			good++
		}
		if right && (good == 1 || s.Total > shown.Total) || good == 0 {
			shown = s
		}
	}
	switch {
	case good > 0 && good < looked:
		shown.State, shown.Text = room.Warning, fmt.Sprintf("%d of %d, slowest %s", good, looked, Latency(shown.Total))
	case good > 1:
		shown.Text = fmt.Sprintf("all %d, slowest %s", good, Latency(shown.Total))
	}
	if took := watch.total(); shown.Total >= 0 {
		shown.Phases.Resolve = took
		shown.Total += took
		shown.Hops = nil // they are those of the address, without the name
	}
	return shown
}

// soon says whether one of the addresses, or their name, should be looked at again soon.
func (e *every) soon() bool {
	for _, p := range e.parts {
		if p.look.soon() {
			return true
		}
	}
	return e.whole.soon()
}
