package journal

import (
	"testing"
	"time"

	"warroom/internal/room"
)

// TestAJournalOfBeforeHealthEventsWereOneRowKeepsItsAcknowledgements writes what a version
// wrote then: a row for each account and one for the public feed.
func TestAJournalOfBeforeHealthEventsWereOneRowKeepsItsAcknowledgements(t *testing.T) {
	const arn = "arn:aws:health:us-east-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/AWS_EC2_OPERATIONAL_ISSUE_7f35c8ae"
	place := PlaceOf(t.TempDir(), "old")
	_, j, err := openRoom(place, Options{Room: "old"})
	if err != nil {
		t.Fatal(err)
	}
	row := func(source, key string) *room.Signal {
		detail := &room.HealthDetail{ARN: arn, Service: "EC2", Category: "issue", Start: noon, Updated: noon}
		return &room.Signal{Key: key, Kind: room.KindHealth, Scope: room.Scope{Source: source, Region: "global"}, State: room.Critical, Word: "OPEN", Title: "EC2 operational issue", Since: noon, Detail: detail}
	}
	for i, e := range []room.Event{
		{Type: room.EventSignal, Signal: row("health", "health/prod/"+arn), WasNew: true, Raises: true},
		{Type: room.EventSignal, Signal: row("feed", "feed/"+arn), WasNew: true, Raises: true},
		{Type: room.EventAck, Key: "health/prod/" + arn, Actor: "ana"},
		{Type: room.EventNote, Key: "feed/" + arn, Actor: "ana", Text: "We fail over."},
	} {
		e.ID = room.EventID{Node: j.Node(), Number: uint64(i + 1)}
		e.At = noon.Add(time.Duration(i) * time.Second)
		e.Stamp = room.Stamp{Wall: e.At.UnixMicro(), Node: j.Node()}
		j.Event(&e)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	r, j, err := openRoom(place, Options{Room: "old"})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	r.Flush()
	rows := r.Snapshot().Of(room.KindHealth).Signals
	if len(rows) != 1 || rows[0].Key != room.HealthKey(arn) || rows[0].Standing != room.Acknowledged || rows[0].Ack.Actor != "ana" {
		t.Fatalf("there are %d rows, the first %+v", len(rows), rows[0])
	}
	if last := r.Snapshot().Timeline.Events[3]; last.Text != "We fail over." || last.Key != rows[0].Key {
		t.Errorf("the note is of %s", last.Key)
	}
}
