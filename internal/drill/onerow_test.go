package drill

import (
	"log/slog"
	"slices"
	"testing"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsfeed"
	"warroom/sources/awshealth"
)

// TestEachEventIsOneRowWhicheverPlaceIsReadFirst looks at the simulated AWS by every place
// that tells of its events, each of which may be the only one that can be read at first.
func TestEachEventIsOneRowWhicheverPlaceIsReadFirst(t *testing.T) {
	w := played(t, "09:27")
	f := w.Feeds()
	feed := func(events string, mirrors []string) sources.Watch {
		return awsfeed.New(awsfeed.Options{Clock: w.Clock(), Addresses: awsfeed.Addresses{Events: events, Mirrors: mirrors, RSS: f.RSS, Announcement: f.Announcement}})
	}
	nowhere := f.Events + "/nowhere"
	places := map[string]sources.Watch{
		"the RSS feed": feed(nowhere, []string{nowhere}), "a mirror": feed(nowhere, f.Mirrors), "the current events": feed(f.Events, f.Mirrors),
		"the Health API": awshealth.New(awshealth.Options{Config: sdk(w, "eu-west-1"), Account: "prod", Clock: w.Clock()}),
	}
	for first := range places {
		for second := range places {
			r := room.New(room.Options{Clock: w.Clock(), OnFlush: true})
			look := func(name string) []*room.Signal {
				sources.NewRunner(w.Clock(), r, slog.New(slog.DiscardHandler)).Once(t.Context(), []sources.Watch{places[name]})
				r.Flush()
				return slices.DeleteFunc(slices.Clone(r.Snapshot().Of(room.KindHealth).Signals), func(s *room.Signal) bool {
					return s.Detail.(*room.HealthDetail).Scope != "PUBLIC"
				})
			}
			keys := map[string]bool{}
			for _, s := range look(first) {
				keys[s.Key] = true
				_ = r.Desk("ana").Act(room.Act{Do: room.EventAck, Keys: []string{s.Key}})
			}
			for _, name := range []string{second, "the current events", "the Health API", "the RSS feed"} {
				rows := look(name)
				if len(rows) != len(keys) || len(keys) != 2 {
					t.Fatalf("%s, then %s: there are %d rows, at first %d", first, name, len(rows), len(keys))
				}
				for _, s := range rows {
					if !keys[s.Key] || s.Standing != room.Acknowledged {
						t.Errorf("%s, then %s: %s is %s, with the key %s", first, name, s.Title, s.Standing, s.Key)
					}
				}
			}
		}
	}
}
