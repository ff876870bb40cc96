// Package awsfeed watches what AWS says in public about its own troubles: feeds that
// need no credentials and no support plan, asked at three places that do not depend on
// each other.
package awsfeed

import (
	"cmp"
	"net/http"
	"time"

	"warroom/internal/room"
	"warroom/sources"
)

const (
	// SourceName is the Scope's Source.
	SourceName = "feed"
	// DefaultInterval is as often as others ask these feeds, which publish no limit.
	DefaultInterval = time.Minute
	// DefaultTimeout leaves each of the three places the time of a slow answer.
	DefaultTimeout = 25 * time.Second

	globalRegion = "global"
)

// Addresses is where the feeds are. None of them is documented by AWS. There is no such
// feed of the regions in China.
type Addresses struct {
	Events       string   // what goes on, as JSON
	Mirrors      []string // what went on lately, as JSON, each a copy of the others
	RSS          string   // every update of the last weeks
	Announcement string   // the banner over the status page
}

// DefaultAddresses are AWS's own.
func DefaultAddresses() Addresses {
	return Addresses{
		Events: "https://health.aws.amazon.com/public/currentevents",
		Mirrors: []string{
			"https://history-events-us-west-2-prod.s3.amazonaws.com/historyevents.json",
			"https://history-events-eu-west-1-prod.s3.amazonaws.com/historyevents.json",
			"https://history-events-ap-northeast-1-prod.s3.amazonaws.com/historyevents.json",
		},
		RSS:          "https://status.aws.amazon.com/rss/all.rss",
		Announcement: "https://health.aws.amazon.com/public/announcement",
	}
}

// Options says what to ask. The zero value asks AWS about all regions.
type Options struct {
	Clock     room.Clock    // room time; nil means real time
	Interval  time.Duration // room time; 0 means DefaultInterval
	Timeout   time.Duration // real time; 0 means DefaultTimeout
	Regions   []string      // whose events are wanted, beside those of no region; all if empty
	Addresses Addresses     // each that is empty means AWS's own
}

// watch is what lasts between looks. Only one look runs at a time.
type watch struct {
	addresses Addresses
	regions   []string
	clock     room.Clock
	client    *http.Client
	pages     map[string]*page  // by address: what a server need not send again
	waits     map[string]wait   // by host: until when it is left alone
	known     map[string]*event // by its id
	banner    *banner           // nil while there is none
	began     time.Time         // when the watch was made
	listed    bool              // the last look read all that goes on
	before    map[string]*event // what the look before had read, by its id; nil if that was not all
	whole     bool              // all was read once
}

// leftFor is how long the rows with which a room was left stay while not all can be read.
const leftFor = time.Hour

// New makes the watch of the public feeds, one for all accounts. It calls nothing yet.
func New(options Options) sources.Watch { return newWatch(options, newClient(nil)) }

func newWatch(options Options, client *http.Client) sources.Watch {
	usual := DefaultAddresses()
	w := &watch{
		addresses: Addresses{
			Events:       cmp.Or(options.Addresses.Events, usual.Events),
			Mirrors:      options.Addresses.Mirrors,
			RSS:          cmp.Or(options.Addresses.RSS, usual.RSS),
			Announcement: cmp.Or(options.Addresses.Announcement, usual.Announcement),
		},
		regions: options.Regions, clock: options.Clock, client: client,
		pages: make(map[string]*page), waits: make(map[string]wait), known: make(map[string]*event),
	}
	if len(w.addresses.Mirrors) == 0 {
		w.addresses.Mirrors = usual.Mirrors
	}
	if w.clock == nil {
		w.clock = room.Wall{}
	}
	w.began = w.clock.Now()
	return sources.Watch{
		Scope:    Scope,
		Name:     Scope.String(),
		Interval: cmp.Or(options.Interval, DefaultInterval),
		Timeout:  cmp.Or(options.Timeout, DefaultTimeout),
		Whole:    true,
		Look:     w.look,
		Denies:   w.denies,
	}
}

// Scope is that of every public event.
var Scope = room.Scope{Source: SourceName, Region: globalRegion}
