package probe

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"warroom/internal/clean"
)

// limits are how long each phase of a good answer may take; 0 has no limit.
type limits [phaseCount]time.Duration

// takes says which phases the probes of a scheme can have. A redirect may lead to TLS.
func takes(scheme string, p phase) bool {
	switch p {
	case phaseConnect:
		return scheme != "icmp"
	case phaseTLS:
		return !slices.Contains([]string{"tcp", "icmp", "grpc", "ws"}, scheme)
	case phaseFirstByte:
		return scheme != "tls"
	case phaseTransfer:
		return !slices.Contains([]string{"tls", "icmp", "dns", "smtp", "imap", "pop3", "ldap", "postgres"}, scheme)
	}
	return true
}

// limit reads the limits of phases by their names.
func (t *target) limit(expected map[string]time.Duration) error {
	var names []string
	for p := range phaseCount {
		if takes(t.url.Scheme, p) {
			names = append(names, p.String())
		}
	}
	for _, name := range slices.Sorted(maps.Keys(expected)) {
		limit := expected[name]
		switch {
		case !slices.Contains(names, name):
			return fmt.Errorf("probes of %s have no phase %q; their phases are %s", t.url.Scheme, clean.Line(name, nameLimit), strings.Join(names, ", "))
		case limit <= 0 || limit >= t.spec.Timeout:
			return fmt.Errorf("the limit of the phase %s is %s; give a time between nothing and the timeout of %s", name, plainDuration(limit), plainDuration(t.spec.Timeout))
		}
		for p := range phaseCount {
			if p.String() == name {
				t.limits[p] = limit
			}
		}
	}
	return nil
}

// exceeded is the failure of a phase that took too long; nil if none did.
func (l *limits) exceeded(watch *stopwatch) *failure {
	for p, limit := range l {
		if took := watch.laps[p]; limit > 0 && took > limit {
			name, within := phase(p).String(), plainDuration(limit)
			return &failure{
				class: classAssert, phase: phase(p),
				reason: fmt.Sprintf("expected the phase %s within %s, and it took longer", name, within),
				came:   "took " + Latency(took),
				text:   fmt.Sprintf("%s in %s, expected within %s", name, Latency(took), within),
			}
		}
	}
	return nil
}

// words say for each limit what is expected.
func (l *limits) words() []string {
	var words []string
	for p, limit := range l {
		if limit > 0 {
			words = append(words, phase(p).String()+" within "+plainDuration(limit))
		}
	}
	return words
}
