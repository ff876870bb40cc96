package probe

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"

	"warroom/internal/clean"
)

// Answers is what the records of a DNS answer have to be. The zero value takes any.
type Answers struct {
	Are           []string      // these values and no others, in whatever order
	Have          []string      // these values, among others
	Count         string        // how many values: "2", "2..4", "2.." or "..4"
	TTL           time.Duration // each may be kept for so long at least
	Authoritative bool          // the name server must be one that the zone is kept at (AA)
}

func (a *Answers) isZero() bool {
	return len(a.Are) == 0 && len(a.Have) == 0 && a.Count == "" && a.TTL == 0 && !a.Authoritative
}

// answersMatch are Answers that have been read.
type answersMatch struct {
	are, have     []string // as canonical has them, are sorted
	count         string   // as it was written
	least, most   int      // most is 0 for any number
	ttl           time.Duration
	authoritative bool
	words         []string
}

// parseAnswers checks what is expected of the records of one kind; nil for nothing.
func parseAnswers(a *Answers, kind uint16) (*answersMatch, error) {
	if a.isZero() {
		return nil, nil
	}
	m := &answersMatch{count: a.Count, ttl: a.TTL, authoritative: a.Authoritative}
	for _, list := range []struct {
		values []string
		into   *[]string
		words  string
	}{{a.Are, &m.are, "the answers"}, {a.Have, &m.have, "among the answers"}} {
		for _, value := range list.values {
			one := canonical(value, kind)
			if _, err := netip.ParseAddr(one); err != nil && (kind == dns.TypeA || kind == dns.TypeAAAA) {
				return nil, fmt.Errorf("the expected answer %q is no address, and records of type %s are", clean.Line(value, nameLimit), dns.TypeToString[kind])
			}
			*list.into = append(*list.into, one)
		}
		if len(list.values) > 0 {
			m.words = append(m.words, list.words+" "+strings.Join(list.values, ", "))
		}
	}
	slices.Sort(m.are)
	if a.Count != "" {
		if err := m.readCount(); err != nil {
			return nil, err
		}
		m.words = append(m.words, a.Count+" answers")
	}
	if a.TTL > 0 {
		m.words = append(m.words, "a TTL of "+plainDuration(a.TTL)+" or more")
	}
	if a.Authoritative {
		m.words = append(m.words, "an authoritative answer")
	}
	return m, nil
}

// readCount reads "2", "2..4", "2.." and "..4".
func (m *answersMatch) readCount() error {
	wrong := fmt.Errorf("the expected count %q cannot be read; write it like 2, 2..4, 2.. or ..4", clean.Line(m.count, nameLimit))
	from, to, isRange := strings.Cut(m.count, "..")
	if !isRange {
		to = from
	}
	for _, end := range []struct {
		text string
		into *int
	}{{from, &m.least}, {to, &m.most}} {
		if end.text == "" && isRange {
			continue
		}
		n, err := strconv.Atoi(end.text)
		if err != nil || n < 1 {
			return wrong
		}
		*end.into = n
	}
	if m.most > 0 && m.least > m.most || m.most == 0 && m.least == 0 {
		return wrong
	}
	return nil
}

// canonical is a value of a record in the one way to write it: addresses in their short
// form, names in small letters and without the last dot, text without its quotes.
func canonical(value string, kind uint16) string {
	value = strings.Join(strings.Fields(value), " ")
	switch kind {
	case dns.TypeA, dns.TypeAAAA:
		if address, err := netip.ParseAddr(value); err == nil {
			return address.String()
		}
	case dns.TypeTXT:
		record, _ := dns.NewRR(". TXT " + value)
		if text, ok := record.(*dns.TXT); ok && strings.HasPrefix(value, `"`) {
			return strings.Join(text.Txt, "")
		}
	case dns.TypeNS, dns.TypeCNAME, dns.TypePTR, dns.TypeMX, dns.TypeSRV:
		return strings.TrimSuffix(strings.ToLower(value), ".")
	}
	return value
}

// valueOf is the value of a record as zone files have it.
func valueOf(record dns.RR) string {
	return strings.TrimPrefix(record.String(), record.Header().String())
}

// someOf lists the first few of some values.
func someOf(values []string) string {
	shown := make([]string, 0, answersShown)
	for _, value := range values[:min(len(values), answersShown)] {
		shown = append(shown, clean.Line(value, textLimit))
	}
	return strings.Join(shown, ", ")
}

// failure says what is not as expected of the records that answer a question; nil if all
// is. aa says that the name server is one that their zone is kept at.
func (m *answersMatch) failure(records []dns.RR, aa bool) *failure {
	got := make([]string, len(records))
	least := time.Duration(records[0].Header().Ttl) * time.Second
	for i, record := range records {
		got[i] = canonical(valueOf(record), record.Header().Rrtype)
		least = min(least, time.Duration(record.Header().Ttl)*time.Second)
	}
	slices.Sort(got)
	f := &failure{class: classAssert, phase: phaseFirstByte, text: "got " + someOf(got), came: "got " + someOf(got)}
	lacks := func(value string) bool { return !slices.Contains(got, value) }
	missing := slices.IndexFunc(m.have, lacks)
	switch n := len(got); {
	case m.authoritative && !aa:
		f.reason, f.text, f.came = "expected an authoritative answer, and the name server hands on what it was told (no AA)", "", ""
	case len(m.are) > 0 && !slices.Equal(m.are, got):
		f.reason = fmt.Sprintf("expected the answers %s, and there are others", someOf(m.are))
	case missing >= 0:
		f.reason = fmt.Sprintf("expected %s among the answers, and it is missing", someOf(m.have[missing:missing+1]))
	case n < m.least:
		f.reason = fmt.Sprintf("expected %s answers, and there are fewer", m.count)
	case m.most > 0 && n > m.most:
		f.reason = fmt.Sprintf("expected %s answers, and there are more", m.count)
	case least < m.ttl:
		f.reason = fmt.Sprintf("expected a TTL of %s or more, and it is less", plainDuration(m.ttl))
		f.came = "got " + plainDuration(least)
		f.text = fmt.Sprintf("got a TTL of %s, expected %s or more", plainDuration(least), plainDuration(m.ttl))
	default:
		return nil
	}
	return f
}
