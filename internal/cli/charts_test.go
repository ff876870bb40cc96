package cli

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"warroom/internal/config"
	"warroom/internal/drill"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/cloudwatch"
)

// staged is a drill standing at a time of its story, and the config that looks at it.
func staged(t *testing.T, from string) (*drill.World, *config.Config, world) {
	t.Helper()
	simulated := play(t, from)
	simulated.Clock().Pause()
	cfg := config.Default()
	stage(cfg, simulated)
	return simulated, cfg, drillWorld(simulated)
}

// looked makes one look at every alarm of a world and gives one of them.
func looked(t *testing.T, cfg *config.Config, w world, name, region string) *room.Signal {
	t.Helper()
	var found *room.Signal
	for _, watches := range new(app).groups(cfg, w) {
		all, _ := watches(t.Context())
		for _, watch := range all {
			if watch.Scope.Source != cloudwatch.SourceName || watch.Scope.Region != region {
				continue
			}
			if err := watch.Look(t.Context(), func(signals []room.Signal) {
				for i := range signals {
					if signals[i].Title == name {
						found = &signals[i]
					}
				}
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if found == nil {
		t.Fatalf("there is no alarm %s in %s", name, region)
	}
	return found
}

func TestAnAlarmOfADrillIsChartedAsItsStoryGoes(t *testing.T) {
	alone(t)
	for _, c := range []struct{ name, metric, unit string }{
		{"checkout-5xx", "Sum of AWS/ApplicationELB HTTPCode_Target_5XX_Count", ""},
		{"orders-p99-latency", "p99 of AWS/ApplicationELB TargetResponseTime", "Seconds"},
		{"cart-table-system-errors", "Sum of AWS/DynamoDB SystemErrors", ""},
	} {
		_, cfg, w := staged(t, "07:20")
		alarm := looked(t, cfg, w, c.name, "us-east-1")
		chart, err := w.charts.Chart(t.Context(), alarm, time.Time{}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if alarm.State != room.Critical || chart.Metric != c.metric || chart.Unit != c.unit || chart.Note != "" || len(chart.Points) < 55 || len(chart.Bounds) != 1 {
			t.Fatalf("%s is %s: %+v", c.name, alarm.Word, chart)
		}
		threshold, rang, calm := chart.Bounds[0][0].Value, 0, 0
		evidence := alarm.Since.Add(-10 * time.Minute)
		for _, point := range chart.Points {
			switch beyond := point.Value > threshold; {
			case !point.At.Before(alarm.Since) && !beyond, point.At.Before(evidence) && beyond:
				t.Errorf("%s reads %g at %s, and rings since %s", c.name, point.Value, point.At, alarm.Since)
			case beyond:
				rang++
			default:
				calm++
			}
		}
		if rang < 10 || calm < 10 {
			t.Errorf("%s has %d readings beyond its threshold and %d below", c.name, rang, calm)
		}
		if last := chart.Turns[len(chart.Turns)-1]; last.State != room.Critical || !last.At.Equal(alarm.Since) || chart.Turns[0].State != room.OK {
			t.Errorf("%s turned %v, and rings since %s", c.name, chart.Turns, alarm.Since)
		}
	}
}

func TestTheOtherAlarmsOfADrillSayWhyTheyHaveNoChart(t *testing.T) {
	alone(t)
	simulated, cfg, w := staged(t, "07:20")
	for name, note := range map[string]string{
		"checkout-degraded":  "A composite alarm has no metric: its state follows from other alarms",
		"checkout-error-log": "A log alarm has no metric: it looks at the results of a query over logs",
	} {
		alarm := looked(t, cfg, w, name, "us-east-1")
		chart, err := w.charts.Chart(t.Context(), alarm, time.Time{}, time.Hour)
		if err != nil || chart.Note != note || len(chart.Points) != 0 || !chart.Turns[len(chart.Turns)-1].At.Equal(alarm.Since) {
			t.Errorf("%s: %+v, %v", name, chart, err)
		}
	}
	alarm := looked(t, cfg, w, "checkout-5xx", "us-east-1")
	silent := looked(t, cfg, w, "checkout-cpu", "us-east-1")
	if chart, err := w.charts.Chart(t.Context(), silent, time.Time{}, time.Hour); err != nil || silent.Word != "NO DATA" || len(chart.Points) == 0 || chart.Note == "" {
		t.Errorf("an alarm without data since %s: %+v, %v", silent.Since, chart, err)
	}
	if err := simulated.Clock().Jump(time.Date(2025, 10, 20, 7, 41, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	_, err := w.charts.Chart(t.Context(), alarm, time.Time{}, time.Hour)
	var failure *sources.Failure
	if !errors.As(err, &failure) || failure.What != "the readings of checkout-5xx could not be had" || failure.Why != "127.0.0.1 answered 503 Service Unavailable" {
		t.Errorf("at 07:41 CloudWatch fails, and the chart says %v", err)
	}
}

func TestAChartIsAskedForWithTheConfigThatWatches(t *testing.T) {
	alone(t)
	_, cfg, w := staged(t, "07:20")
	cfg.Scopes = append(cfg.Scopes, cfg.Scopes[0]) // a second way to the same account, which leads nowhere
	account, asked := w.account, 0
	w.account = func() aws.Config {
		settings := account()
		if asked++; asked > 1 {
			settings.BaseEndpoint = aws.String("http://127.0.0.1:1")
		}
		return settings
	}
	alarm := looked(t, cfg, w, "checkout-5xx", "us-east-1")
	if chart, err := w.charts.Chart(t.Context(), alarm, time.Time{}, time.Hour); asked != 2 || err != nil || len(chart.Points) == 0 {
		t.Errorf("%d configs, %+v, %v", asked, chart, err)
	}
}

func TestAChangedConfigForgetsTheAccountsItNoLongerNames(t *testing.T) {
	alone(t)
	simulated, cfg, w := staged(t, "07:20")
	alarm := looked(t, cfg, w, "checkout-5xx", "us-east-1")
	r := room.New(room.Options{Name: "prod", Clock: simulated.Clock()})
	c := &crew{room: r, clock: simulated.Clock(), log: slog.New(slog.DiscardHandler), charts: w.charts}
	ctx, cancel := context.WithCancel(t.Context())
	defer c.stop()
	defer cancel()
	c.exchange(ctx, new(app).groups(cfg, w))
	if chart, err := w.charts.Chart(t.Context(), alarm, time.Time{}, time.Hour); err != nil || len(chart.Points) == 0 {
		t.Fatalf("%+v, %v", chart, err)
	}
	cfg.Scopes[0].Regions = []string{"eu-west-1"}
	c.exchange(ctx, new(app).groups(cfg, w))
	if _, err := w.charts.Chart(t.Context(), alarm, time.Time{}, time.Hour); err == nil {
		t.Error("us-east-1 is not watched any more, and its alarms are still charted")
	}
}

func TestTheScreenKnowsTheCatalogue(t *testing.T) {
	alone(t)
	_, cfg, _ := staged(t, "07:20")
	a := new(app)
	a.root()
	look, err := a.lookOf(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if got := look.Services["checkout"]; got.Owner != "storefront" || got.Contact != "#storefront-oncall" || got.Runbook != "https://runbooks.acme.example/checkout" {
		t.Errorf("checkout is %+v", got)
	}
}
