package awspush

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"warroom/internal/failuremodes"
	"warroom/internal/journal"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
	"warroom/sources/sourcetest"
)

func failure(t *testing.T, err error) *sources.Failure {
	t.Helper()
	var f *sources.Failure
	if !errors.As(err, &f) {
		t.Fatalf("the error is %T: %v", err, err)
	}
	if strings.Contains(f.Error(), "raw text") {
		t.Errorf("the SDK's own text is shown: %s", f)
	}
	return f
}

func TestNothingIsDeletedBeforeItIsKept(t *testing.T) {
	for want, err := range map[string]error{
		"the disk is full":             &room.NotKept{Trouble: &room.Trouble{Why: "the disk is full"}},
		"nothing is kept in this room": room.ErrNoKeeper,
		"has not said in time":         context.DeadlineExceeded,
	} {
		q, e := newQueue(), &ear{kept: err}
		q.send(turned("111111111111", "a", 1, "OK", "ALARM"), turned("111111111111", "b", 1, "OK", "ALARM"))
		w := New(listen(t, q, e))
		f := failure(t, look(t, w))
		if !f.Partial || !strings.Contains(f.Error(), want) || !strings.Contains(f.What, "2 pushed messages") || q.deleted != 0 {
			t.Errorf("partial %t, deleted %d: %s", f.Partial, q.deleted, f)
		}
		e.kept = nil
		q.reappear()
		if err := look(t, w); err != nil || len(e.messages) != 2 || q.left() != 0 {
			t.Errorf("when it is kept again: %v, heard %d, left %d", err, len(e.messages), q.left())
		}
	}
}

func TestNothingIsReceivedWhileNothingIsKeptAndItGoesOnByItself(t *testing.T) {
	for want, err := range map[string]error{
		"the disk is full":             &room.NotKept{Trouble: &room.Trouble{Why: "the disk is full"}},
		"nothing is kept in this room": room.ErrNoKeeper,
	} {
		q, e := newQueue(), &ear{unkept: err}
		q.send(turned("111111111111", "a", 1, "OK", "ALARM"))
		w := New(listen(t, q, e))
		for range 6 { // a message that came five times is given up
			f := failure(t, look(t, w))
			if f.Partial || f.What != "the push queue warroom is not read" || !strings.Contains(f.Why, want) || f.Next == "" {
				t.Errorf("partial %t: %s", f.Partial, f)
			}
			q.reappear()
		}
		if n := q.asked["ReceiveMessage"]; n != 0 {
			t.Errorf("%s: messages were received %d times", want, n)
		}
		e.unkept = nil
		if err := look(t, w); err != nil || len(e.messages) != 1 || q.left() != 0 {
			t.Errorf("when it is kept again: %v, heard %d, left %d", err, len(e.messages), q.left())
		}
	}
}

func TestADiskThatHangsIsWaitedForBeforeMoreIsReceived(t *testing.T) {
	q, e := newQueue(), &ear{kept: context.DeadlineExceeded}
	q.send(turned("111111111111", "a", 1, "OK", "ALARM"))
	w := New(listen(t, q, e))
	for range 6 {
		if f := failure(t, look(t, w)); !strings.Contains(f.Why, "has not said in time") {
			t.Error(f)
		}
		q.reappear()
	}
	if n := q.asked["ReceiveMessage"]; n > 2 { // until there was none
		t.Errorf("messages were received %d times", n)
	}
	e.kept = nil
	if err := look(t, w); err != nil || len(e.messages) != 1 || q.left() != 0 {
		t.Errorf("when it is kept: %v, heard %d, left %d", err, len(e.messages), q.left())
	}
}

func TestARoomWhoseDiskIsFullLeavesTheQueueAloneUntilThereIsRoom(t *testing.T) {
	q := newQueue()
	q.send(turned("111111111111", "a", 1, "OK", "ALARM"))
	r, letGo := kept(t, journal.PlaceOf(t.TempDir(), "prod"))
	defer letGo()
	w := New(listen(t, q, r))
	r.Kept(room.Keeping{Trouble: &room.Trouble{What: "w", Why: "the disk is full", Next: "n"}})
	if f := failure(t, look(t, w)); !strings.Contains(f.Why, "the disk is full") || q.asked["ReceiveMessage"] != 0 {
		t.Errorf("received %d times: %s", q.asked["ReceiveMessage"], f)
	}
	r.Kept(room.Keeping{})
	if err := look(t, w); err != nil || q.left() != 0 {
		t.Errorf("once there is room: %v, %d left", err, q.left())
	}
}

// kept opens the room that is kept at a place, as a program that starts does. letGo closes it.
func kept(t *testing.T, place journal.Place) (r *room.Room, letGo func()) {
	t.Helper()
	j, err := journal.Open(place, journal.Options{Room: "prod", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := j.Load()
	if err != nil {
		t.Fatal(err)
	}
	r = room.Restore(room.Options{Name: "prod", Node: j.Node(), Clock: still{}, Keeper: j}, loaded.Checkpoint, loaded.Lines)
	r.Replay(loaded.Tail...)
	j.Tell(r.Kept)
	return r, func() { _ = j.Close() }
}

func TestAfterACrashBetweenKeepingAndDeletingAllComesAgainAndIsToldOnce(t *testing.T) {
	place, q := journal.PlaceOf(t.TempDir(), "prod"), newQueue()
	var bodies []string
	for i := range 25 {
		bodies = append(bodies, turned("222222222222", fmt.Sprint("a", i), 10, "OK", "ALARM"), turned("222222222222", fmt.Sprint("a", i), 20, "ALARM", "OK"))
	}
	q.send(append(bodies, posted("222222222222", "X1", 23, "Errors."), posted("222222222222", "X1", 25, "More errors."))...)

	ctx, crash := context.WithCancel(t.Context())
	q.breakDown("DeleteMessageBatch", func(http.ResponseWriter, *http.Request) { crash() })
	r, letGo := kept(t, place)
	if err := New(listen(t, q, r)).Look(ctx, nil); err == nil {
		t.Fatal("a look that was cut off says that all is well")
	}
	letGo()
	if q.deleted != 0 {
		t.Fatalf("%d messages were deleted before the crash", q.deleted)
	}

	q.breakDown("DeleteMessageBatch", nil)
	q.reappear()
	r, letGo = kept(t, place)
	defer letGo()
	before := told(r)
	if len(before) < 52 {
		t.Fatalf("after the crash the journal has %d lines:\n%s", len(before), strings.Join(before, "\n"))
	}
	if err := look(t, New(listen(t, q, r))); err != nil || q.left() != 0 || q.deleted != 52 {
		t.Errorf("after the crash: %v, %d left, %d deleted", err, q.left(), q.deleted)
	}
	if after := told(r); strings.Join(after, "\n") != strings.Join(before, "\n") {
		t.Errorf("after the second delivery the timeline is\n%s\nbefore\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
	}
	failuremodes.Check(t, failuremodes.Row{Fault: "a crash after pushed messages were kept and before they were deleted", Says: failuremodes.Nothing, Age: failuremodes.AgeFresh,
		Meanwhile: "they come again in five minutes, and are told once", Over: "when they have come again"})
}

// told is the timeline in words.
func told(r *room.Room) (lines []string) {
	r.Flush()
	for _, e := range r.Snapshot().Timeline.Events {
		if e.Type == room.EventSignal {
			lines = append(lines, fmt.Sprintf("%s %s %s→%s %s", e.At.Format("15:04:05"), e.Signal.Title, e.WasTo, e.Signal.Word, e.Signal.Reason))
		}
	}
	return lines
}

func TestABacklogOfHoursGivesWhatStandsByTheWorldsTimeAndNoFalseAlarm(t *testing.T) {
	const alarms, turns = 250, 20
	var bodies []string
	for i := range alarms {
		states := [2]string{"OK", "ALARM"}
		for j := range turns {
			bodies = append(bodies, turned("222222222222", fmt.Sprintf("a%03d", i), 10*j+i%10, states[j%2], states[(j+1)%2]))
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	random.Shuffle(len(bodies), func(i, j int) { bodies[i], bodies[j] = bodies[j], bodies[i] })
	q := newQueue()
	q.send(bodies...)
	r, letGo := kept(t, journal.PlaceOf(t.TempDir(), "prod"))
	defer letGo()
	w := New(listen(t, q, r))
	for q.left() > 0 {
		var f *sources.Failure
		if err := look(t, w); err != nil && !(errors.As(err, &f) && f.Partial) {
			t.Fatal(err)
		}
		q.reappear() // where the disk of a busy machine took too long
	}
	r.Flush()
	s := r.Snapshot()
	list := s.Of(room.KindAlarm).Signals
	if len(list) != alarms || q.deleted != alarms*turns {
		t.Fatalf("%d alarms, %d messages deleted", len(list), q.deleted)
	}
	for _, signal := range list { // the last turn of each was to OK
		if signal.State != room.OK || !signal.Since.Equal(epoch.Add(time.Duration(190+(int(signal.Title[3]-'0')))*time.Minute+989*time.Millisecond)) {
			t.Errorf("%s is %s since %s", signal.Title, signal.Word, signal.Since)
		}
		if signal.Standing == room.Unacknowledged {
			t.Errorf("%s is %s", signal.Title, signal.Standing)
		}
	}
	if lines := told(r); len(lines) != alarms*turns {
		t.Errorf("the timeline has %d lines, want %d", len(lines), alarms*turns)
	}
	for i, e := range s.Timeline.Events[1:] {
		if e.At.Before(s.Timeline.Events[i].At) {
			t.Fatal("the timeline is not in the order of the world")
		}
	}
	failuremodes.Check(t, failuremodes.Row{Fault: "pushed messages hours late, in bulk, twice, in any order", Says: "nothing; they stand in the timeline at their own time", Age: failuremodes.AgeFresh,
		Meanwhile: "what is newer stands", Over: "at once"})
}

func TestWhatIsNotUnderstoodIsLeftAndToldOnceAndHoldsNothingUp(t *testing.T) {
	q, e := newQueue(), new(ear)
	q.send("hello", turned("111111111111", "a", 1, "OK", "ALARM"), event("aws.ec2", "EC2 Instance State-change", "111111111111", fields{}))
	clock := &moving{now: now}
	o := listen(t, q, e)
	o.Clock = clock
	w := New(o)
	f := failure(t, look(t, w))
	if !f.Partial || !strings.Contains(f.What, "2 messages on the push queue warroom not understood") || !strings.Contains(f.Next, "dead-letter queue") {
		t.Errorf("partial %t: %s", f.Partial, f)
	}
	if len(e.messages) != 1 || q.left() != 2 || q.held["id-1-receipt"] != 600 || q.held["id-3-receipt"] != 600 {
		t.Errorf("heard %d, left %d, held %v", len(e.messages), q.left(), q.held)
	}
	if again := failure(t, look(t, w)); again.Trouble != f.Trouble {
		t.Errorf("while it is put off it is told in other words: %s", again)
	}
	clock.now = now.Add(oddFor + time.Second)
	if err := look(t, w); err != nil {
		t.Errorf("after the queue has given it up: %v", err)
	}
}

// moving is a clock that a test moves.
type moving struct {
	room.Wall
	now time.Time
}

func (m *moving) Now() time.Time { return m.now }

func TestTroubleWithTheQueueIsToldInWords(t *testing.T) {
	for _, c := range []struct {
		how  http.HandlerFunc
		want string
	}{
		{refuse("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"), "there is no queue warroom in us-west-2"},
		{refuse("QueueDoesNotExist", ""), "check the account, the region and the name in push.queue"},
		{refuse("InvalidAddress", ""), "there is no queue warroom in us-west-2"},
		{refuse("AccessDeniedException", ""), "allow sqs:ReceiveMessage in their policy"},
		{refuse("RequestThrottled", "RequestThrottled"), "AWS is throttling calls to sqs:ReceiveMessage"},
		{refuse("KmsAccessDenied", "KMS.AccessDeniedException"), "encrypted with a key that these credentials cannot use"},
		{refuse("KmsAccessDenied", ""), "allow kms:Decrypt"},
	} {
		q := newQueue()
		q.breakDown("ReceiveMessage", c.how)
		f := failure(t, look(t, New(listen(t, q, new(ear)))))
		if f.Partial || !strings.Contains(f.Error(), c.want) || !strings.HasPrefix(f.What, "the push queue warroom could not be read") || !strings.Contains(f.Next, goesOn) {
			t.Errorf("partial %t: %s, want %q", f.Partial, f, c.want)
		}
	}
}

func TestWhatCannotBeDeletedIsToldAndComesAgain(t *testing.T) {
	q, e := newQueue(), new(ear)
	q.send(turned("111111111111", "a", 1, "OK", "ALARM"))
	q.breakDown("DeleteMessageBatch", refuse("AccessDeniedException", ""))
	w := New(listen(t, q, e))
	if f := failure(t, look(t, w)); !strings.Contains(f.Error(), "could not be deleted") || !strings.Contains(f.Error(), "sqs:DeleteMessage") {
		t.Error(f)
	}
	q.breakDown("DeleteMessageBatch", nil)
	q.reappear()
	if err := look(t, w); err != nil || len(e.messages) != 1 || q.left() != 0 {
		t.Errorf("%v, heard %d, left %d", err, len(e.messages), q.left())
	}
}

func TestALongPollWaitsForAMessage(t *testing.T) {
	q, e := newQueue(), new(ear)
	o := listen(t, q, e)
	o.Wait = LongPoll
	w := New(o)
	if !w.Unbroken || w.Whole {
		t.Errorf("the watch is %+v", w)
	}
	ended := make(chan error, 1)
	go func() { ended <- look(t, w) }()
	q.send(turned("111111111111", "a", 1, "OK", "ALARM"))
	if err := <-ended; err != nil || len(e.messages) != 1 {
		t.Errorf("%v, heard %d", err, len(e.messages))
	}
}

func TestWhatIsLongOverOrLookedAtByNowIsTakenAway(t *testing.T) {
	q := newQueue()
	r, letGo := kept(t, journal.PlaceOf(t.TempDir(), "prod"))
	defer letGo()
	scope := room.Scope{Source: SourceName, Region: "us-west-2"}
	e := new(ear)
	clock := &moving{now: now}
	o := listen(t, q, e)
	o.Clock = clock
	w := New(o)
	q.send(posted("222222222222", "old", 90, "Fine.", fields{"endTime": gmt(80)}), posted("222222222222", "open", 90, "Errors."), turned("222222222222", "a", 1, "OK", "ALARM"))
	if err := look(t, w); err != nil {
		t.Fatal(err)
	}
	_ = r.Hear(scope, e.messages)
	o.Room, o.Clock = r, &moving{now: now.Add(25 * time.Hour)}
	o.Place = func(source, account, _ string) Place { return Place{Account: account, Watched: source == "cloudwatch"} }
	if err := look(t, New(o)); err != nil {
		t.Fatal(err)
	}
	r.Flush()
	s := r.Snapshot()
	if health := s.Of(room.KindHealth).Signals; len(health) != 1 || health[0].Word != "OPEN" || len(s.Of(room.KindAlarm).Signals) != 0 {
		t.Errorf("there are %d events and %d alarms", len(health), len(s.Of(room.KindAlarm).Signals))
	}
}

// relay shows what was heard as if it had been looked at, for the contract of sources,
// which is about looks.
type relay struct {
	ear
	scope room.Scope
}

func (r *relay) signals() (all []room.Signal) {
	for _, m := range r.messages {
		m.Signal.Scope = r.scope
		all = append(all, m.Signal)
	}
	return all
}

func TestContract(t *testing.T) {
	good := newQueue()
	sourcetest.Run(t, sourcetest.Subject{
		New: func(_ *testing.T, base string, resolver *net.Resolver) sources.Watch {
			cfg := configFor(base)
			cfg.HTTPClient = awsclient.HTTPClient().
				WithDialerOptions(func(dialer *net.Dialer) { dialer.Resolver = resolver }).
				WithTransportOptions(func(transport *http.Transport) { transport.Proxy = nil })
			r := &relay{scope: room.Scope{Source: SourceName, Region: "us-west-2"}}
			w := New(Options{Config: cfg, Queue: address, Region: "us-west-2", Room: r, Place: places, Clock: still{}})
			inner := w.Look
			w.Look = func(ctx context.Context, report sources.Report) error {
				good.send(turned("222222222222", "a", 1, "OK", "ALARM"))
				err := inner(ctx, report)
				if err == nil {
					report(r.signals())
				}
				return err
			}
			return w
		},
		Good:     good,
		Throttle: refuse("RequestThrottled", "RequestThrottled"),
	})
}
