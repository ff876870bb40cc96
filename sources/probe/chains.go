package probe

import (
	"crypto/sha256"
	"crypto/x509"
	"maps"
	"sync"
	"time"
)

const (
	// chainBelieved is how long a chain that was found good is not verified again, real
	// time: long enough for several looks, and short enough that nobody would know.
	chainBelieved = time.Minute
	// chainsKept bounds how many are remembered; each takes some kilobytes.
	chainsKept = 4096
)

// goodChains are those of this process, since many endpoints show the same chain.
var goodChains = chains{good: map[chainKey]goodChain{}}

// chains remembers which chains were found good: to verify one takes as long as all
// of a plain HTTP probe. Safe for concurrent use.
type chains struct {
	mu   sync.Mutex
	good map[chainKey]goodChain
}

// chainKey is what a verdict about a chain depends on, beside the time.
type chainKey struct {
	presented [sha256.Size]byte // of all certificates, in the order in which they came
	host      string
	roots     *x509.CertPool // its identity, since a pool in use never changes; nil: the system's
}

// goodChain is a chain that was found good. It holds the certificates, so that crypto/tls,
// which remembers those in use, need not parse them again.
type goodChain struct {
	presented   []*x509.Certificate
	ends        time.Time
	from, until time.Time // wall time, which goes on while the machine sleeps
}

func chainKeyOf(presented []*x509.Certificate, host string, roots *x509.CertPool) chainKey {
	key := chainKey{host: host, roots: roots}
	hash := sha256.New()
	for _, one := range presented {
		hash.Write(one.Raw)
	}
	hash.Sum(key.presented[:0])
	return key
}

// find says when a chain is over, if it was found good within the last minute and all of
// its certificates are still valid.
func (c *chains) find(key chainKey, now time.Time) (ends time.Time, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	one, known := c.good[key]
	if !known || !one.believed(now) {
		return ends, false
	}
	return one.ends, true
}

func (g *goodChain) believed(now time.Time) bool {
	now = now.Round(0)
	return !now.Before(g.from) && now.Before(g.until)
}

// keep remembers a chain with the ways that were found from it to a root.
func (c *chains) keep(key chainKey, presented []*x509.Certificate, verified [][]*x509.Certificate, now time.Time) {
	now = now.Round(0)
	one := goodChain{presented: presented, ends: chainEnds(verified), from: now, until: now.Add(chainBelieved)}
	for _, chain := range verified {
		if first := firstEnd(chain); first.Before(one.until) {
			one.until = first
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.good) >= chainsKept {
		maps.DeleteFunc(c.good, func(_ chainKey, old goodChain) bool { return !old.believed(now) })
	}
	if len(c.good) >= chainsKept {
		clear(c.good)
	}
	c.good[key] = one
}
