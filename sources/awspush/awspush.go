// Package awspush takes in what AWS pushes: an SQS queue that EventBridge fills with
// events of AWS Health and with the alarms' changes of state. It is the quickest way to
// learn of a change and goes on without the APIs that looks ask; but a queue that is quiet
// proves nothing, so the looks go on.
//
//	EventBridge ─▶ SQS ─▶ receive ─▶ understand ─▶ Room.Hear ─▶ on disk ─▶ delete
//	                        ▲                                       │ not on disk, or a crash
//	                        └────────── comes again ◀───────────────┘
//
// While nothing is kept nothing is received: the queue counts how often a message came, and
// gives it up after five times.
//
// Messages come more than once, late, and in any order; the room sorts that out.
package awspush

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

const (
	// SourceName is the Scope's Source.
	SourceName = room.PushSource
	// LongPoll is how long SQS waits for a message before it says that there is none: the
	// most that it takes, so that a message comes at once and a quiet queue costs little.
	// Source: ReceiveMessage, WaitTimeSeconds.
	LongPoll = 20 * time.Second
	// DefaultInterval is after how long a queue that is silent is asked again after a
	// failure, and from twice that on it counts as not seen. It is longer than a long poll.
	DefaultInterval = 30 * time.Second
	// DefaultTimeout bounds a look: a long poll, a backlog, and the disk.
	DefaultTimeout = 3 * time.Minute
)

// Room takes in messages; *room.Room is one.
type Room interface {
	Hear(room.Scope, []room.Message) (kept func(context.Context) error)
	Unkept() error // why nothing is kept now; nil while all is
	Retire(keepSignal func(*room.Signal) bool, keepWatch func(scope room.Scope, name string) bool)
}

// Place is where the looks of this room see an account and region.
type Place struct {
	Account string // as the room names it
	Watched bool   // looks go there; else only messages tell of it
}

// Options says which queue to read, and who hears of it. Config, Queue, Region, Room and
// Place are needed.
type Options struct {
	Config   aws.Config // credentials and transport; its region is not used
	Queue    string     // the queue's address
	Region   string     // the queue's
	Room     Room
	Place    func(source, account, region string) Place // by the account's number; safe for concurrent use
	Wanted   func(alarm string) bool                    // by the alarm's name as AWS has it; nil wants all
	Dress    func(*room.Signal)                         // gives a signal what the config knows of it; nil nothing
	Nudge    func(room.Scope)                           // has a scope looked at now, without waiting; nil nobody
	Clock    room.Clock                                 // room time; nil means real time
	Log      *slog.Logger                               // nil logs nothing
	Wait     time.Duration                              // real time of a long poll; 0 asks and goes
	Interval time.Duration                              // room time; 0 means DefaultInterval
	Timeout  time.Duration                              // real time; 0 means DefaultTimeout
}

// watch is what lasts between looks. Only one look runs at a time.
type watch struct {
	Options
	client  *sqs.Client
	scope   room.Scope
	name    string // of the queue
	known   *twice
	odd     odd
	left    bool      // the look before left messages on the queue, since they were not kept
	expired time.Time // when signals that only messages told of were looked through last
}

// New makes the watch of a queue. It calls nothing yet.
func New(options Options) sources.Watch {
	if options.Config.Retryer == nil {
		options.Config.Retryer = awsclient.NewRetryer
	}
	if options.Clock == nil {
		options.Clock = room.Wall{}
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if options.Wanted == nil {
		options.Wanted = func(string) bool { return true }
	}
	if options.Dress == nil {
		options.Dress = func(*room.Signal) {}
	}
	if options.Nudge == nil {
		options.Nudge = func(room.Scope) {}
	}
	w := &watch{
		Options: options, scope: room.Scope{Source: SourceName, Region: options.Region},
		name: nameOf(options.Queue), known: newTwice(), odd: make(odd),
	}
	w.client = sqs.NewFromConfig(options.Config, func(o *sqs.Options) {
		o.Region = options.Region
		o.HTTPClient = patient(o.HTTPClient, options.Wait)
		o.APIOptions = append(o.APIOptions, awsclient.Harden, awsclient.OnlyQueue(options.Queue))
	})
	return sources.Watch{
		Scope:    w.scope,
		Name:     w.scope.String() + " " + w.name,
		Interval: cmp.Or(options.Interval, DefaultInterval),
		Timeout:  cmp.Or(options.Timeout, DefaultTimeout),
		Unbroken: options.Wait > 0,
		Look:     func(ctx context.Context, _ sources.Report) error { return w.look(ctx) },
	}
}

// patient is a client for calls that are answered late by design.
func patient(client sqs.HTTPClient, wait time.Duration) sqs.HTTPClient {
	if buildable, ok := client.(*awshttp.BuildableClient); ok {
		return buildable.WithTimeout(buildable.GetTimeout() + wait)
	}
	return client
}
