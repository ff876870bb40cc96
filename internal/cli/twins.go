package cli

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
	"warroom/sources/cloudwatch"
)

// numberEvery is how often an account that has a name is asked for its number until it says
// it, in room time.
const numberEvery = 10 * time.Minute

// twins notice accounts of a config that have two names: two roles or profiles of one
// account. AWS counts their calls together, and so does warroom; alarms that are looked at
// under both names are told of. Safe for concurrent use.
type twins struct {
	config *config.Config
	clock  room.Clock
	calls  *awsclient.Calls

	mu      sync.Mutex
	numbers map[string]string    // by name
	asked   map[string]time.Time // when a name's number was asked for last
	seen    map[string]string    // by number and region: the name under which its alarms were looked at first
}

// forget takes in that some watches are gone.
func (t *twins) forget(watches []sources.Watch) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, w := range watches {
		maps.DeleteFunc(t.seen, func(_, first string) bool { return first == w.Scope.Account })
	}
}

func newTwins(cfg *config.Config, w world) *twins {
	return &twins{config: cfg, clock: w.clock, calls: w.calls, numbers: map[string]string{}, asked: map[string]time.Time{}, seen: map[string]string{}}
}

// warned warns beside alarms that are looked at under another name too. The number is learned
// after a look, so that nothing waits for it, and not where there is one account alone.
func (t *twins) warned(watches []sources.Watch, settings aws.Config) []sources.Watch {
	if scopes := scopesOf(t.config); len(scopes) == 1 && !scopes[0].Organization {
		return watches
	}
	for i := range watches {
		w := &watches[i]
		if w.Scope.Source != cloudwatch.SourceName || w.Scope.Region == "" {
			continue
		}
		look, scope := w.Look, w.Scope
		w.Look = func(ctx context.Context, report sources.Report) error {
			err := look(ctx, report)
			if err != nil && err != sources.OnlyChanges {
				return err
			}
			first, number := t.first(ctx, scope, settings)
			if first == scope.Account || first == "" {
				return err
			}
			return &sources.Failure{Partial: true, Lacks: err == sources.OnlyChanges, Trouble: room.Trouble{
				What: fmt.Sprintf("the alarms of %s in %s are looked at twice", scope.Account, scope.Region),
				Why:  fmt.Sprintf("%s and %s are one account, %s", first, scope.Account, number),
				Next: fmt.Sprintf("take %s out of the scope of one of the two", scope.Region),
			}}
		}
	}
	return watches
}

// first is under which name the alarms of an account and region were looked at first, and
// the account's number; "" while that is not known.
func (t *twins) first(ctx context.Context, scope room.Scope, settings aws.Config) (name, number string) {
	if number = t.number(ctx, scope.Account, settings); number == "" {
		return "", ""
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	place := number + " " + scope.Region
	if t.seen[place] == "" {
		t.seen[place] = scope.Account
	}
	return t.seen[place], number
}

// number is that of an account, or "" while nobody has said it.
func (t *twins) number(ctx context.Context, name string, settings aws.Config) string {
	t.mu.Lock()
	number, asked, now := t.numbers[name], t.asked[name], t.clock.Now()
	ask := number == "" && (asked.IsZero() || now.Sub(asked) >= numberEvery)
	if ask {
		t.asked[name] = now
	}
	t.mu.Unlock()
	if !ask {
		return number
	}
	if number = t.config.AccountNumber(name); number == "" {
		ctx, cancel := context.WithTimeout(ctx, numberTime(ctx))
		defer cancel()
		said, err := awsclient.Account(ctx, settings)
		if err != nil {
			return ""
		}
		number = said
	}
	t.calls.Number(name, number)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.numbers[name] = number
	return number
}
