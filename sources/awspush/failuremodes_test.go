package awspush

import (
	"context"
	"fmt"
	"testing"
	"time"

	"warroom/internal/failuremodes"
	"warroom/internal/room"
	"warroom/sources/sourcetest"
)

// queueFault is a fault of a queue with nothing on it, or of the journal behind an ear.
func queueFault(t *testing.T, name string) (*queue, *ear, sourcetest.Fault) {
	t.Helper()
	q, e, clock := newQueue(), new(ear), sourcetest.NewHand(now)
	t.Setenv("AWS_PROFILE", "prod")
	options := listen(t, q, e)
	options.Clock = clock
	return q, e, sourcetest.Fault{Name: name, Watch: New(options), Clock: clock}
}

func TestAQueueThatIsNotThere(t *testing.T) {
	q, _, f := queueFault(t, "the push queue does not exist, or is in another region")
	f.Breaks = func() {
		q.breakDown("ReceiveMessage", refuse("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"))
	}
	f.Heals = func() { q.breakDown("ReceiveMessage", nil) }
	f.Meanwhile, f.Over = "the looks go on without it", "with the first look after it is there"
	failuremodes.Check(t, sourcetest.Play(t, f))
}

func TestADiskThatBecomesFull(t *testing.T) {
	q, e, f := queueFault(t, "a disk that becomes full while messages are taken in")
	f.Breaks = func() {
		e.kept = &room.NotKept{Trouble: &room.Trouble{Why: "the disk is full"}}
		q.send(turned("111111111111", "a", 1, "OK", "ALARM"), turned("111111111111", "b", 1, "OK", "ALARM"))
	}
	f.Heals = func() {
		e.kept = nil
		q.reappear()
	}
	f.Meanwhile = "they are shown, and stay on the queue"
	f.Stands = func(*room.Snapshot) error { return standing(q, e, 2, 2) }
	f.Over = "with the next look; the messages are deleted when the journal has them"
	failuremodes.Check(t, sourcetest.Play(t, f))
	if q.left() != 0 || q.deleted != 2 {
		t.Errorf("after it has healed %d messages are left", q.left())
	}
}

// standing says whether so many messages were heard and so many are on the queue.
func standing(q *queue, e *ear, heard, left int) error {
	if len(e.messages) != heard || q.left() != left {
		return fmt.Errorf("heard %d, left %d", len(e.messages), q.left())
	}
	return nil
}

func TestARoomThatIsNotKept(t *testing.T) {
	for fault, unkept := range map[string]error{
		"a full disk while messages are pushed":              &room.NotKept{Trouble: &room.Trouble{Why: "the disk is full"}},
		"a room that is not kept, while messages are pushed": room.ErrNoKeeper,
	} {
		t.Run(fault, func(t *testing.T) {
			q, e, f := queueFault(t, fault)
			f.Breaks = func() {
				e.unkept = unkept
				q.send(turned("111111111111", "a", 1, "OK", "ALARM"))
			}
			f.Heals = func() { e.unkept = nil }
			f.Meanwhile, f.Over = "nothing is received, so that SQS gives no message up; the looks go on", "with the first look after it is kept again"
			if unkept == room.ErrNoKeeper {
				f.Over = "when it was started again with a directory that can be written"
			}
			f.Stands = func(*room.Snapshot) error { return standing(q, e, 0, 1) }
			failuremodes.Check(t, sourcetest.Play(t, f))
			if q.left() != 0 || len(e.messages) != 1 {
				t.Errorf("after it has healed %d messages are left", q.left())
			}
		})
	}
}

func TestADiskThatHangs(t *testing.T) {
	q, e, f := queueFault(t, "a disk that hangs while messages are pushed")
	f.Breaks = func() {
		e.kept = context.DeadlineExceeded
		q.send(turned("111111111111", "a", 1, "OK", "ALARM"))
		_ = look(t, f.Watch) // the message that is in the journal's hands
		q.reappear()
	}
	f.Heals = func() { e.kept = nil }
	f.Meanwhile, f.Over = "nothing more is received", "with the first look after the journal has what was heard"
	f.Stands = func(*room.Snapshot) error { return standing(q, e, 1, 1) }
	failuremodes.Check(t, sourcetest.Play(t, f))
	if q.left() != 0 {
		t.Errorf("after it has healed %d messages are left", q.left())
	}
}

func TestAMessageThatNobodyUnderstands(t *testing.T) {
	q, e, f := queueFault(t, "a message on the queue that nobody understands")
	f.Breaks = func() { q.send("hello", turned("111111111111", "a", 1, "OK", "ALARM")) }
	f.Heals = func() {}
	f.Meanwhile, f.Over, f.Within = "all others are taken in; it is left for the dead-letter queue", "when it is there", oddFor+time.Second
	f.Stands = func(*room.Snapshot) error { return standing(q, e, 1, 1) }
	failuremodes.Check(t, sourcetest.Play(t, f))
}
