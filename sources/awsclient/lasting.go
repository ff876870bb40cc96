package awsclient

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"

	"warroom/internal/clean"
	"warroom/sources"
)

const (
	// renewEarly is how long before their end credentials are renewed for the first
	// time: an STS that fails for less than this is never noticed.
	renewEarly = 20 * time.Minute
	// earlyShare is the part of what credentials still last that is taken instead where
	// that is less: those of aws login last for fifteen minutes.
	earlyShare = 3
	// renewAgain is the pause between two tries while the old credentials hold.
	renewAgain = time.Minute
	// doubtAgain is the pause between two tries while AWS refuses the old ones. It is
	// shorter than a look, so that whoever has logged in again waits for one.
	doubtAgain = 10 * time.Second
	// doubtWait is how long, in real time, a call waits for new credentials while AWS refuses
	// the old ones. It may be wrong about that, and then nobody must be kept waiting.
	doubtWait = 2 * time.Second
	// unending is how long credentials without an end count as lasting.
	unending = 24 * time.Hour
	// renewWithin bounds one renewal in real time: a login's portal and two roles, each
	// with two attempts.
	renewWithin = 30 * time.Second
	// worthTelling is how many tries in a row have to fail before anybody is told that
	// the end comes near.
	worthTelling = 2
)

// lasting gives out credentials and renews them well before they end. While renewing
// fails or hangs and the old ones hold, everybody goes on with those at once. The SDK's
// own cache gives up with the first failure, and keeps all callers waiting for a hang.
//
//	  issued                        first try            again, every minute   end
//	──┴──────────────────────────────┴──────────────────┴──┴──┴──┴──┴──┴──────┴──▶
//	  └── used without asking ───────┘└── old ones used while STS fails ──────┘
//
// A renewal reads the environment and the shared files anew, so a login or a profile
// that was mended meanwhile counts. Safe for concurrent use.
type lasting struct {
	profile string
	login   string                                         // the profile to log in with
	account string                                         // its number, if the settings say it
	region  string                                         // where STS is asked
	fetch   func(context.Context) (aws.Credentials, error) // new ones, from wherever the profile has them
	now     func() time.Time

	mu       sync.Mutex
	held     aws.Credentials // the newest, or none
	again    time.Time       // from then on new ones are asked for
	tried    time.Time       // when the last renewal ended
	doubted  bool            // AWS has refused those that are held
	failures int             // renewals in a row that failed
	trouble  error           // why the last one did, or nil
	flight   *renewal        // the one under way, or nil
	renewals Recurring       // for the log
}

// renewal is one attempt to get new credentials. err is set once done is closed.
type renewal struct {
	done chan struct{}
	err  error
}

// soon waits a little for a renewal, and says whether it is over.
func (r *renewal) soon() bool {
	timer := time.NewTimer(doubtWait)
	defer timer.Stop()
	select {
	case <-r.done:
		return true
	case <-timer.C:
		return false
	}
}

// Retrieve implements aws.CredentialsProvider. An error is a *CredentialsError.
func (l *lasting) Retrieve(ctx context.Context) (aws.Credentials, error) {
	l.mu.Lock()
	held, now, doubted := l.held, l.now(), l.doubted
	usable := l.usable(now)
	if usable && !doubted && now.Before(l.again) {
		l.mu.Unlock()
		return held, nil
	}
	flight := l.renew(ctx)
	l.mu.Unlock()
	if usable && !(doubted && flight.soon()) {
		return held, nil
	}
	select {
	case <-flight.done:
	case <-ctx.Done():
		return aws.Credentials{}, l.failure(held, ctx.Err())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.usable(l.now()) {
		return l.held, nil
	}
	return aws.Credentials{}, l.failure(held, flight.err)
}

// usable says whether the credentials that are held have not ended. Those of a machine's
// own role never do: AWS takes them for longer than they say while it cannot give new
// ones. Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html.
func (l *lasting) usable(now time.Time) bool {
	return l.held.HasKeys() && (!l.held.CanExpire || now.Before(l.held.Expires) || l.held.Source == ec2rolecreds.ProviderName)
}

// renew begins a renewal unless one is under way. It outlives the call that needs it,
// for the next one needs it too. The lock is held.
func (l *lasting) renew(ctx context.Context) *renewal {
	if l.flight != nil {
		return l.flight
	}
	flight := &renewal{done: make(chan struct{})}
	l.flight = flight
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewWithin)
		defer cancel()
		fresh, err := l.fetch(ctx)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.flight, l.doubted, flight.err = nil, false, err
		l.settle(fresh, err)
		close(flight.done)
	}()
	return flight
}

// settle takes in how a renewal ended. The lock is held.
func (l *lasting) settle(fresh aws.Credentials, err error) {
	now := l.now()
	l.tried, l.again, l.trouble = now, now.Add(renewAgain), err
	l.renewals.Ended(err)
	if err != nil {
		l.failures++
		return
	}
	l.failures = 0
	// What was issued a moment ago holds, whatever a wrong clock of this machine says.
	if fresh.CanExpire && fresh.Expires.Before(l.again) {
		fresh.Expires = l.again
	}
	l.held = fresh
	end := fresh.Expires
	if !fresh.CanExpire {
		end = now.Add(unending)
	}
	if early := end.Add(-min(renewEarly, end.Sub(now)/earlyShare)); early.After(l.again) {
		l.again = early
	}
}

// doubt says that AWS has refused the credentials as ended, or as unknown. The next call
// waits a little for new ones, and goes on with the old ones if there are none. A session
// that is unknown is so in one region alone, which is switched off: a new one is no better.
func (l *lasting) doubt(unknown bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if unknown && l.held.CanExpire {
		return
	}
	if !l.now().Before(l.tried.Add(doubtAgain)) {
		l.doubted = true
	}
}

// ending says until when the credentials hold and why they cannot be renewed, once that
// has failed often enough to be worth telling; else the error is nil.
func (l *lasting) ending() (end time.Time, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failures < worthTelling || !l.usable(l.now()) || !l.held.CanExpire {
		return time.Time{}, nil
	}
	return l.held.Expires, l.trouble
}

// called marks what went wrong in a call that was made with these credentials.
func (l *lasting) called(err error) error {
	return &callerError{profile: l.profile, login: l.login, err: err}
}

// failure says that credentials could not be had, and when those before have ended.
func (l *lasting) failure(before aws.Credentials, err error) error {
	failed := &CredentialsError{Profile: l.profile, Login: l.login, Err: err}
	if before.HasKeys() && before.CanExpire {
		failed.Ended = before.Expires
	}
	return failed
}

// Ending is the warning that the config's credentials come to their end and cannot be
// renewed, or nil if there is nothing to say. What is read with them is good until then.
func Ending(cfg aws.Config) *sources.Failure {
	credentials, ok := cfg.Credentials.(*lasting)
	if !ok {
		return nil
	}
	end, err := credentials.ending()
	if err == nil {
		return nil
	}
	what := "the credentials of profile " + clean.Line(credentials.profile, wordLimit) + " end at " + end.UTC().Format("15:04Z") + " and cannot be renewed"
	failure := Failure(what, credentials.called(err))
	failure.Partial = true
	return failure
}
