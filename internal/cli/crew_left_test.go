package cli

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
	"warroom/sources/cloudwatch"
)

// left is a room as an earlier program left it: a probe and two accounts.
func left(clock room.Clock) *room.Room {
	r := room.New(room.Options{Clock: clock})
	for _, scope := range []room.Scope{{Source: "probe"}, {Source: "cloudwatch", Account: "111111111111"}, {Source: "cloudwatch", Account: "222222222222"}} {
		kind := room.KindAlarm
		if scope.Source == "probe" {
			kind = room.KindProbe
		}
		r.Observe(room.Observation{
			Scope: scope, Watch: scope.String(), At: clock.Now(), Done: true, Complete: true, Interval: time.Minute,
			Signals: []room.Signal{{Key: scope.String(), Kind: kind, Scope: scope, State: room.OK, Word: "OK", Title: scope.String()}},
		})
	}
	return r
}

func titles(s *room.Snapshot) string {
	var all []string
	for _, kind := range room.Kinds {
		for _, signal := range s.Of(kind).Signals {
			all = append(all, signal.Title)
		}
	}
	return strings.Join(slices.Sorted(slices.Values(all)), ", ")
}

func TestWhatARoomWasLeftWithGoesOnlyWhenItIsKnownThatNobodyWatchesIt(t *testing.T) {
	for _, c := range []struct {
		name string
		sure bool // AWS says whose the account is
		want string
	}{
		{"AWS answers", true, "cloudwatch 111111111111"},
		{"AWS does not say whose the account is", false, "cloudwatch 111111111111, cloudwatch 222222222222"},
	} {
		t.Run(c.name, func(t *testing.T) {
			clock := room.Wall{}
			r := left(clock)
			k := &crew{room: r, clock: clock, log: slog.New(slog.DiscardHandler), charts: cloudwatch.NewCharts(clock)}
			defer k.stop()
			bell, leave := r.Join()
			defer leave()
			account, unsure := "111111111111", []string(nil)
			if !c.sure {
				account, unsure = "default", []string{"cloudwatch"}
			}
			scope := room.Scope{Source: "cloudwatch", Account: account}
			k.start(t.Context(), []group{
				func(context.Context) ([]sources.Watch, []string) { return nil, nil },
				func(context.Context) ([]sources.Watch, []string) {
					return []sources.Watch{{Scope: scope, Name: scope.String(), Interval: time.Hour, Timeout: time.Second, Look: func(ctx context.Context, _ sources.Report) error {
						<-ctx.Done()
						return ctx.Err()
					}}}, unsure
				},
			})
			for titles(r.Snapshot()) != c.want {
				select {
				case <-bell:
				case <-time.After(10 * time.Second):
					t.Fatalf("there are %s, want %s", titles(r.Snapshot()), c.want)
				}
			}
		})
	}
}

// resting is a watch that sees one signal and then nothing new.
func resting(scope room.Scope, name string, kind room.Kind) sources.Watch {
	return sources.Watch{Scope: scope, Name: name, Interval: time.Hour, Timeout: time.Minute, Look: func(_ context.Context, report sources.Report) error {
		report([]room.Signal{{Key: name, Kind: kind, Scope: scope, State: room.OK, Word: "OK", Title: name}})
		return nil
	}}
}

func TestAProbeThatCameWhileAccountsWereFoundStaysAndOneThatWentIsNotFound(t *testing.T) {
	clock := room.Wall{}
	r := room.New(room.Options{Clock: clock})
	k := &crew{room: r, clock: clock, log: slog.New(slog.DiscardHandler), charts: cloudwatch.NewCharts(clock)}
	defer k.stop()
	bell, leave := r.Join()
	defer leave()
	shown := func(want string) {
		t.Helper()
		for titles(r.Snapshot()) != want {
			select {
			case <-bell:
			case <-time.After(10 * time.Second):
				t.Fatalf("there are %s, want %s", titles(r.Snapshot()), want)
			}
		}
	}
	probes, account := room.Scope{Source: "probe"}, room.Scope{Source: "cloudwatch", Account: "111111111111"}
	swapped, answered := make(chan struct{}), make(chan struct{})
	k.start(t.Context(), []group{
		func(context.Context) ([]sources.Watch, []string) {
			return []sources.Watch{resting(probes, "stays", room.KindProbe)}, nil
		},
		func(context.Context) ([]sources.Watch, []string) {
			<-swapped
			return []sources.Watch{resting(probes, "went", room.KindProbe)}, nil
		},
		func(context.Context) ([]sources.Watch, []string) {
			<-answered
			return []sources.Watch{resting(account, "alarm", room.KindAlarm)}, nil
		},
	})
	shown("stays")
	k.swap([]string{"went"}, []sources.Watch{resting(probes, "came", room.KindProbe)})
	close(swapped)
	shown("came, stays")
	close(answered)
	shown("alarm, came, stays")
	r.Flush()
	shown("alarm, came, stays")
}

func TestWhatWasTurnedOffIsNotWaitedForEvenIfAWSDoesNotSayWhoWeAre(t *testing.T) {
	clock := room.Wall{}
	r := left(clock)
	k := &crew{room: r, clock: clock, log: slog.New(slog.DiscardHandler), charts: cloudwatch.NewCharts(clock)}
	defer k.stop()
	health := room.Scope{Source: "health", Account: "default", Region: "global"}
	k.exchange(t.Context(), []group{func(context.Context) ([]sources.Watch, []string) {
		return []sources.Watch{resting(health, "event", room.KindHealth)}, []string{"health"}
	}})
	r.Flush()
	if got := titles(r.Snapshot()); strings.Contains(got, "cloudwatch") {
		t.Errorf("alarms are turned off, and there are %s", got)
	}
}

func TestAnOrganizationThatCannotBeListedLeavesWhatIsKnownOfItsAccounts(t *testing.T) {
	clock := room.Wall{}
	r := left(clock)
	k := &crew{room: r, clock: clock, log: slog.New(slog.DiscardHandler), charts: cloudwatch.NewCharts(clock)}
	defer k.stop()
	k.exchange(t.Context(), []group{func(context.Context) ([]sources.Watch, []string) {
		return []sources.Watch{resting(room.Scope{Source: organizationSource, Account: "default"}, "organization default", room.KindHealth)}, []string{"health", "cloudwatch"}
	}})
	r.Flush()
	if got := titles(r.Snapshot()); !strings.Contains(got, "cloudwatch 111111111111, cloudwatch 222222222222") {
		t.Errorf("there is only %s", got)
	}
}

func TestAnOrganizationIsLookedAtAsItWasListedLast(t *testing.T) {
	held, scope := new(heldRosters), config.Scope{Profile: "management", Role: "reader"}
	held.hold(scope, roster{accounts: []awsclient.Member{{Number: "1", Name: "payments"}}})
	if got, ok := held.of(scope); !ok || len(got.scopes(new(config.Config), scope)) != 1 || got.scopes(new(config.Config), scope)[0].Account != "payments" {
		t.Errorf("while it cannot be listed it is %v", got)
	}
	if got, ok := held.of(config.Scope{Profile: "another"}); ok {
		t.Errorf("another organization is %v", got)
	}
}
