package serve

import (
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Limits at the door, before anybody has shown a key. Sources: sshd_config(5),
// MaxStartups and PerSourcePenalties, whose defaults these are.
const (
	startupsFree  = 10  // connections that have not authenticated, up to which all are let in
	startupsDrop  = 30  // percent that are refused from there on, rising
	startupsFull  = 100 // to all of them here
	sourceStarts  = 8   // such connections from one source
	sourcesLimit  = 65536
	penaltyFailed = 5 * time.Second  // a key that is not known
	penaltyNoAuth = 1 * time.Second  // left without showing one
	penaltyGrace  = 10 * time.Second // was silent until the deadline
	penaltyLeast  = 15 * time.Second // below which nobody is kept out
	penaltyMost   = 10 * time.Minute
	rateBurst     = 20 // connections that a source may make at once
	rateEvery     = 500 * time.Millisecond
	handshakeTime = 10 * time.Second
)

// door counts who is at it. Safe for concurrent use.
type door struct {
	exempt []netip.Prefix
	now    func() time.Time

	mu      sync.Mutex
	starts  int
	sources map[netip.Prefix]*source
}

// source is the machines behind one network: a /24, or a /64 of IPv6, which one person
// can have whole.
type source struct {
	starts  int       // connections that have not authenticated
	penalty time.Time // until when it has earned to be kept out
	rate    time.Time // when all that it took of its rate is given back
	seen    time.Time
}

func newDoor(exempt []netip.Prefix, now func() time.Time) *door {
	return &door{exempt: exempt, now: now, sources: make(map[netip.Prefix]*source)}
}

// sourceOf is the network that an address belongs to.
func sourceOf(addr net.Addr) netip.Prefix {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	ip := tcp.AddrPort().Addr().Unmap().WithZone("")
	bits := 24
	if ip.Is6() {
		bits = 64
	}
	prefix, _ := ip.Prefix(bits)
	return prefix
}

// exempts says whether a source is one without penalties.
func (d *door) exempts(at netip.Prefix) bool {
	for _, prefix := range d.exempt {
		if prefix.Overlaps(at) {
			return true
		}
	}
	return false
}

// enter lets a connection in, or says why not; "" lets it in. authenticated must be
// called once it has, or is gone; more than once does no harm.
func (d *door) enter(addr net.Addr) (authenticated func(), refused string) {
	at := sourceOf(addr)
	d.mu.Lock()
	defer d.mu.Unlock()
	from := d.source(at)
	if refused = d.refuses(from, d.exempts(at)); refused != "" {
		return nil, refused
	}
	d.starts++
	from.starts++
	var once sync.Once
	return func() {
		once.Do(func() {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.starts--
			from.starts--
		})
	}, ""
}

// source is what is known about one. The caller holds the lock.
func (d *door) source(at netip.Prefix) *source {
	from := d.sources[at]
	if from == nil {
		if len(d.sources) >= sourcesLimit {
			d.forget()
		}
		from = new(source)
		d.sources[at] = from
	}
	from.seen = d.now()
	return from
}

// forget lets go of what does not matter any more, and then of anything: memory is bounded
// whoever knocks.
func (d *door) forget() {
	now := d.now()
	for at, from := range d.sources {
		if from.starts == 0 && now.After(from.penalty) && now.After(from.rate) {
			delete(d.sources, at)
		}
	}
	for at, from := range d.sources {
		if len(d.sources) < sourcesLimit {
			return
		}
		if from.starts == 0 {
			delete(d.sources, at)
		}
	}
}

func (d *door) refuses(from *source, exempt bool) string {
	now := d.now()
	switch {
	case !exempt && from.penalty.Sub(now) >= penaltyLeast:
		return "it is kept out for a while, after what it tried"
	case from.starts >= sourceStarts:
		return "it has too many connections that show no key"
	case d.starts >= startupsFull:
		return "too many connections show no key"
	case d.starts >= startupsFree:
		percent := startupsDrop + (100-startupsDrop)*(d.starts-startupsFree)/(startupsFull-startupsFree)
		if rand.IntN(100) < percent {
			return "too many connections show no key"
		}
	}
	if exempt {
		return ""
	}
	if from.rate.Before(now) {
		from.rate = now
	}
	if from.rate.Sub(now) >= rateBurst*rateEvery {
		return "it connects too often"
	}
	from.rate = from.rate.Add(rateEvery)
	return ""
}

// punish keeps a source out for longer. It begins to count from penaltyLeast on.
func (d *door) punish(addr net.Addr, by time.Duration) {
	at := sourceOf(addr)
	if d.exempts(at) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	from, now := d.source(at), d.now()
	if from.penalty.Before(now) {
		from.penalty = now
	}
	from.penalty = from.penalty.Add(by)
	if most := now.Add(penaltyMost); from.penalty.After(most) {
		from.penalty = most
	}
}
