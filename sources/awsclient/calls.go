package awsclient

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"warroom/internal/room"
)

// Calls counts what is asked of AWS, and keeps every operation below the rate that AWS
// publishes for it in an account and region. One that AWS throttles is held back for
// all who ask it, twice as long each time it is throttled again. The zero value is not
// usable; see NewCalls. Safe for concurrent use.
type Calls struct {
	clock room.Clock // of what is told, and of how long something is held back
	pace  room.Clock // real time, by which AWS counts

	mu       sync.Mutex
	by       map[callKey]*tally
	budgets  map[callKey]*budget
	numbered map[string]string // accounts whose number is known, by the name they are counted under
}

// callKey is what AWS counts together.
type callKey struct{ account, region, service, operation string }

// CallCount is how often one operation was asked in one account and region.
type CallCount struct {
	Account, Region string
	Action          string        // as IAM names it: cloudwatch:DescribeAlarms
	PerMinute       float64       // attempts, over the last rateMinutes of the room's time
	Published       float64       // calls a minute that AWS allows; 0 if it publishes none
	Total           int           // attempts since the start
	Errors          int           // of them, those that failed, throttled ones included
	Throttles       int           // of them, those that AWS throttled
	Held            time.Duration // how long nobody may ask it yet, since it was throttled; 0 if anybody may
	Dollars         float64       // a month, if it goes on as in the last hour; 0 if it costs nothing
}

// NewCalls makes a count that begins now.
func NewCalls(clock room.Clock) *Calls {
	return &Calls{clock: clock, pace: room.Wall{}, by: map[callKey]*tally{}, budgets: map[callKey]*budget{}, numbered: map[string]string{}}
}

// Number says which account goes by a name. All names of one account are kept below the
// published rates together, since AWS knows only the account; what a name was held back for
// before holds for the account. A nil Calls takes no notice.
func (c *Calls) Number(account, number string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.numbered[account] = number
	for key, b := range c.budgets {
		if key.account == account && account != number {
			c.budget(key).merge(b)
			delete(c.budgets, key)
		}
	}
}

// Count returns a config whose calls are counted for an account, and kept below the
// published rates. The account is only a name for people. A nil Calls counts nothing.
func (c *Calls) Count(cfg aws.Config, account string) aws.Config {
	if c == nil {
		return cfg
	}
	cfg.APIOptions = append(slices.Clone(cfg.APIOptions), func(stack *middleware.Stack) error {
		if err := stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Units", withUnits), middleware.After); err != nil {
			return err
		}
		// Behind the retryer, since AWS counts attempts.
		if err := stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("Turn", c.inTurn(account)), "Retry", middleware.After); err != nil {
			return err
		}
		// Behind the signature, since nothing is sent without credentials.
		return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("Calls", c.attempt(account)), "Signing", middleware.After)
	})
	return cfg
}

// forCredentials is under which name calls are counted that get credentials: who they are
// for is known only afterwards.
const forCredentials = "credentials"

// credentials counts the calls of a client that gets credentials. They are never held back,
// since without them nothing else can be asked. What a machine or a container asks of
// itself is no call to AWS: such a client names no operation, and within a call has the name
// of that one.
func (c *Calls) credentials(stack *middleware.Stack) error {
	operation, attempt := stack.ID(), c.attempt(forCredentials)
	count := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
		middleware.FinalizeOutput, middleware.Metadata, error) {
		if awsmiddleware.GetOperationName(ctx) != operation {
			return next.HandleFinalize(ctx, in)
		}
		return attempt(ctx, in, next)
	}
	return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("Calls", count), "Signing", middleware.After)
}

// finalize is a step of a call, as the SDK has it.
type finalize = func(context.Context, middleware.FinalizeInput, middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error)

// keyOf is how a call is counted.
func keyOf(ctx context.Context, account string) callKey {
	return callKey{account, awsmiddleware.GetRegion(ctx), awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx)}
}

// inTurn lets one try of a call wait for its turn.
func (c *Calls) inTurn(account string) finalize {
	return func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
		middleware.FinalizeOutput, middleware.Metadata, error) {
		if err := c.wait(ctx, keyOf(ctx, account)); err != nil {
			return middleware.FinalizeOutput{}, middleware.Metadata{}, err
		}
		return next.HandleFinalize(ctx, in)
	}
}

// attempt counts one try of a call.
func (c *Calls) attempt(account string) finalize {
	return func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
		middleware.FinalizeOutput, middleware.Metadata, error) {
		key := keyOf(ctx, account)
		c.made(key, unitsOf(ctx))
		out, metadata, err := next.HandleFinalize(ctx, in)
		c.done(key, err)
		return out, metadata, err
	}
}

// wait takes a turn, and waits until it has come. What is held back for longer than the
// call may take is not waited for.
func (c *Calls) wait(ctx context.Context, key callKey) error {
	at, heldUntil := c.turn(key)
	if held := heldUntil.Sub(c.clock.Now()); held > 0 {
		if deadline, ok := ctx.Deadline(); ok && held > time.Until(deadline) || c.clock.Sleep(ctx, heldUntil) != nil {
			return errHeld
		}
	}
	return c.pace.Sleep(ctx, at)
}

// turn is when the next attempt may be made, in real time, and until when nobody may
// make one, in the room's.
func (c *Calls) turn(key callKey) (at, heldUntil time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.budget(key)
	return b.take(c.pace.Now()), b.heldUntil
}

// budget is that of an operation. The lock is held.
func (c *Calls) budget(key callKey) *budget {
	key.account = cmp.Or(c.numbered[key.account], key.account)
	b := c.budgets[key]
	if b == nil {
		b = &budget{rate: publishedRates[key.service+":"+key.operation]}
		c.budgets[key] = b
	}
	return b
}

// made counts an attempt that is being made.
func (c *Calls) made(key callKey, units int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.by[key]
	if t == nil {
		t = &tally{began: c.clock.Now()}
		c.by[key] = t
	}
	m := t.minute(c.clock.Now())
	m.calls, m.units, t.total = m.calls+1, m.units+units, t.total+1
}

// done takes in how an attempt ended.
func (c *Calls) done(key callKey, err error) {
	throttled := err != nil && Classify(err).Name == CauseThrottled
	c.mu.Lock()
	defer c.mu.Unlock()
	t, b := c.by[key], c.budget(key)
	if err != nil {
		t.errors++
	}
	if !throttled {
		b.holdFor = 0
		return
	}
	t.throttles++
	b.hold(c.clock.Now())
}

// List is every operation that was asked, by account, region and action.
func (c *Calls) List() []CallCount {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now, list := c.clock.Now(), make([]CallCount, 0, len(c.by))
	for key, t := range c.by {
		b := c.budget(key)
		count := CallCount{
			Account: key.account, Region: key.region, Action: action(key.service, key.operation),
			Published: b.rate * 60, Total: t.total, Errors: t.errors, Throttles: t.throttles, Held: max(0, b.heldUntil.Sub(now)),
		}
		calls, _, over := t.last(now, rateMinutes)
		count.PerMinute = float64(calls) / over.Minutes()
		calls, units, over := t.last(now, len(t.minutes))
		count.Dollars = dollars(key.service+":"+key.operation, calls, units) * float64(month) / float64(over)
		list = append(list, count)
	}
	slices.SortFunc(list, func(a, b CallCount) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Action, b.Action))
	})
	return list
}
