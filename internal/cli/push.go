package cli

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
	"warroom/sources/awshealth"
	"warroom/sources/awspush"
	"warroom/sources/cloudwatch"
)

// hearing is who hears of what AWS pushes, and who has a scope looked at for it.
type hearing struct {
	room  awspush.Room
	nudge func(room.Scope)
	wait  time.Duration // real time for which SQS waits for a message; 0 has it asked every so often
	every time.Duration // room time from one look to the next; 0 for the usual one
}

// places know where the looks of a config see AWS's accounts and regions. Messages name
// accounts by their numbers, and a room by what the config calls them. Safe for concurrent
// use.
type places struct {
	found sync.WaitGroup             // the scopes whose watches are not known yet
	name  func(number string) string // what the config calls an account

	mu      sync.Mutex
	watched map[room.Scope]bool
	labels  map[string]string     // by number
	unnamed map[string]aws.Config // by label: accounts whose number is not known yet
}

// newPlaces waits for the watches of so many scopes.
func newPlaces(scopes int, name func(number string) string) *places {
	p := &places{name: name, watched: map[room.Scope]bool{}, labels: map[string]string{}, unnamed: map[string]aws.Config{}}
	p.found.Add(scopes)
	return p
}

// add takes in the watches of one account, and with what they ask.
func (p *places) add(watches []sources.Watch, settings aws.Config) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range watches {
		label := w.Scope.Account
		switch {
		case w.Scope.Source != awshealth.SourceName && w.Scope.Source != cloudwatch.SourceName:
			continue
		case accountNumber.MatchString(label):
			p.labels[label] = label
		case settings.Credentials != nil:
			p.unnamed[label] = settings
		}
		p.watched[w.Scope] = true
	}
}

// drop forgets where nobody looks any more.
func (p *places) drop(watches []sources.Watch) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range watches {
		delete(p.watched, w.Scope)
	}
}

// settle waits until all watches are known, and learns the numbers of accounts that have
// another name. What STS does not say is asked again the next time.
func (p *places) settle(ctx context.Context) {
	found := make(chan struct{})
	go func() {
		p.found.Wait()
		close(found)
	}()
	select {
	case <-found:
	case <-ctx.Done():
		return
	}
	p.mu.Lock()
	unnamed := p.unnamed
	p.unnamed = map[string]aws.Config{}
	p.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, accountTimeout)
	defer cancel()
	var all sync.WaitGroup
	for label, settings := range unnamed {
		all.Go(func() {
			number, err := awsclient.Account(ctx, settings)
			p.mu.Lock()
			defer p.mu.Unlock()
			if err != nil {
				p.unnamed[label] = settings
				return
			}
			p.labels[number] = label
		})
	}
	all.Wait()
}

// of is where an account and region are seen. Health events have no region of their own.
func (p *places) of(source, account, region string) awspush.Place {
	p.mu.Lock()
	defer p.mu.Unlock()
	label := p.name(account)
	if known, ok := p.labels[account]; ok {
		label = known
	}
	if source == awshealth.SourceName {
		region = "global"
	}
	return awspush.Place{Account: label, Watched: p.watched[room.Scope{Source: source, Account: label, Region: region}]}
}

// pushGroup is the queue that a config names, if it does. A look that is made once takes
// nothing off it: nobody keeps what it finds.
func pushGroup(cfg *config.Config, w world, known *places) []group {
	if cfg.Push.Queue == "" || w.once || w.hearing.room == nil {
		return nil
	}
	return []group{func(ctx context.Context) ([]sources.Watch, []string) {
		settings, err := queueConfig(ctx, cfg, w)
		if err != nil {
			scope := room.Scope{Source: awspush.SourceName, Region: cfg.Push.Region()}
			return []sources.Watch{refused(scope, scope.String(), err)}, nil
		}
		settings = w.calls.Count(settings, cfg.AccountName(cfg.Push.Account()))
		catalogue := cfg.Catalogue()
		watch := awspush.New(awspush.Options{
			Config: settings, Queue: cfg.Push.Queue, Region: cfg.Push.Region(), Room: w.hearing.room, Nudge: w.hearing.nudge,
			Place: known.of, Wanted: cfg.Alarms.Watches(), Clock: w.clock, Log: w.log, Wait: w.hearing.wait, Interval: w.hearing.every,
			Dress: func(s *room.Signal) {
				if service := catalogue.Service(s, nil); service != "" && s.Kind == room.KindAlarm {
					s.Service = service
				}
			},
		})
		look := watch.Look
		watch.Look = func(ctx context.Context, report sources.Report) error {
			known.settle(ctx)
			return look(ctx, report)
		}
		return []sources.Watch{watch}, nil
	}}
}

// queueConfig is the config with which the queue is read.
func queueConfig(ctx context.Context, cfg *config.Config, w world) (aws.Config, error) {
	settings, err := awsConfig(ctx, cfg.Push.Scope(), w)
	if endpoint := cfg.Push.Endpoint(); endpoint != "" {
		settings.BaseEndpoint = &endpoint
	}
	return settings, err
}
