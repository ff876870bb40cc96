package awspush

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
	"warroom/sources/awshealth"
)

const (
	// atOnce is the most that SQS gives, and takes, in one call.
	atOnce = 10
	// hidden is for how long a message that was taken is shown to nobody else: longer than
	// it takes to keep and delete it. After a crash it comes again so much later.
	hidden = 5 * time.Minute
	// gatherFor bounds, in real time, how long a backlog is read before it is heard: what
	// is heard together is never shown in between.
	gatherFor = 30 * time.Second
	// keepFor bounds, in real time, how long one waits for the disk.
	keepFor = time.Minute
	// leastLook is how long, in real time, a look at a quiet queue takes at least, also
	// where something in between answers a long poll at once.
	leastLook = time.Second
	// expireEvery is how often, in room time, it is looked for what is over or is looked
	// at otherwise by now.
	expireEvery = 10 * time.Minute
)

// look takes in all that is in the queue, and deletes what is kept.
func (w *watch) look(ctx context.Context) error {
	w.expire()
	if err := w.keeps(ctx); err != nil {
		return w.untouched(err)
	}
	began := time.Now()
	messages, failed := w.receive(ctx)
	if len(messages) > 0 {
		if err := w.takeIn(ctx, messages); err != nil {
			return err
		}
	}
	if failed != nil {
		return w.failure("the push queue "+w.name+" could not be read", failed)
	}
	if w.Wait > 0 && len(messages) == 0 {
		_ = room.Wall{}.Sleep(ctx, began.Add(leastLook))
	}
	return w.odd.failure(w.name, w.Clock.Now())
}

// keeps says why what is received now would not be kept. After messages that had to be
// left it waits until the journal has all that was heard.
func (w *watch) keeps(ctx context.Context) error {
	if err := w.Room.Unkept(); err != nil || !w.left {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, keepFor)
	defer cancel()
	err := w.Room.Hear(w.scope, nil)(waiting)
	w.left = err != nil
	return err
}

// receive reads the queue until it is empty, or for a while. With an error it returns what
// it has.
func (w *watch) receive(ctx context.Context) ([]types.Message, error) {
	var messages []types.Message
	wait := w.Wait
	for began := time.Now(); ; {
		some, err := w.receiveSome(ctx, wait)
		messages = append(messages, some...)
		if err != nil || len(some) == 0 || wait == 0 && time.Since(began) > gatherFor {
			return messages, err
		}
		if wait > 0 {
			wait, began = 0, time.Now()
		}
	}
}

func (w *watch) receiveSome(ctx context.Context, wait time.Duration) ([]types.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, wait+awsclient.OperationTimeout)
	defer cancel()
	answer, err := w.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: aws.String(w.Queue), MaxNumberOfMessages: atOnce,
		WaitTimeSeconds: int32(wait / time.Second), VisibilityTimeout: int32(hidden / time.Second),
	})
	if err != nil {
		return nil, err
	}
	return answer.Messages, nil
}

// takeIn has messages heard, and deletes them once they are on disk. What was not understood
// is left to the queue's own way with such messages.
func (w *watch) takeIn(ctx context.Context, messages []types.Message) error {
	heard, done, odd := w.understand(messages)
	kept := w.Room.Hear(w.scope, heard)
	waiting, cancel := context.WithTimeout(ctx, keepFor)
	defer cancel()
	if err := kept(waiting); err != nil {
		w.left = true
		return w.unkept(err, len(messages))
	}
	if err := w.remove(ctx, done); err != nil {
		return w.failure("messages of the push queue "+w.name+" were taken in and could not be deleted, so that they come again", err)
	}
	w.hold(ctx, odd)
	return nil
}

// understand makes of messages what the room is told. A message that came before is done
// without telling it again.
func (w *watch) understand(messages []types.Message) (heard []room.Message, done, odd []types.Message) {
	nudged := make(map[room.Scope]bool)
	for _, message := range messages {
		n, err := read(aws.ToString(message.Body))
		if err == nil && w.known.has(n.id) {
			done = append(done, message)
			continue
		}
		var told telling
		if err == nil {
			told, err = w.telling(n)
		}
		if err != nil {
			if w.odd.add(aws.ToString(message.MessageId), err, w.Clock.Now()) {
				w.Log.Warn("a pushed message was not understood", "queue", w.name, "message", aws.ToString(message.MessageId), "why", err.Error())
			}
			odd = append(odd, message)
			continue
		}
		w.known.add(n.id)
		heard, done = append(heard, told.messages...), append(done, message)
		if told.look != (room.Scope{}) {
			nudged[told.look] = true
		}
	}
	for scope := range nudged {
		w.Nudge(scope)
	}
	return heard, done, odd
}

// remove deletes messages. It goes on after an error and returns the first.
func (w *watch) remove(ctx context.Context, messages []types.Message) (first error) {
	for len(messages) > 0 {
		n := min(atOnce, len(messages))
		entries := make([]types.DeleteMessageBatchRequestEntry, n)
		for i := range entries {
			entries[i] = types.DeleteMessageBatchRequestEntry{Id: entryID(i), ReceiptHandle: messages[i].ReceiptHandle}
		}
		if err := w.removeSome(ctx, entries); err != nil && first == nil {
			first = err
		}
		if ctx.Err() != nil {
			return first
		}
		messages = messages[n:]
	}
	return first
}

func (w *watch) removeSome(ctx context.Context, entries []types.DeleteMessageBatchRequestEntry) error {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	answer, err := w.client.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: aws.String(w.Queue), Entries: entries})
	if err != nil {
		return err
	}
	for _, failed := range answer.Failed { // it comes again, and is known then
		w.Log.Warn("a pushed message could not be deleted yet", "queue", w.name, "code", aws.ToString(failed.Code))
	}
	return nil
}

// hold keeps what was not understood out of the way for a while, so that it is not read
// over and over before the queue gives it up. That it failed is no trouble.
func (w *watch) hold(ctx context.Context, messages []types.Message) {
	for len(messages) > 0 {
		n := min(atOnce, len(messages))
		entries := make([]types.ChangeMessageVisibilityBatchRequestEntry, n)
		for i := range entries {
			entries[i] = types.ChangeMessageVisibilityBatchRequestEntry{
				Id: entryID(i), ReceiptHandle: messages[i].ReceiptHandle, VisibilityTimeout: int32(oddHeld / time.Second),
			}
		}
		if err := w.holdSome(ctx, entries); err != nil {
			w.Log.Warn("messages that were not understood cannot be put off", "queue", w.name, "cause", err)
			return
		}
		messages = messages[n:]
	}
}

func (w *watch) holdSome(ctx context.Context, entries []types.ChangeMessageVisibilityBatchRequestEntry) error {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	_, err := w.client.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: aws.String(w.Queue), Entries: entries})
	return err
}

func entryID(i int) *string { return aws.String(string(rune('a' + i))) }

// expire takes away what only messages told of, once no look would show it any more, or
// looks see it under another name.
func (w *watch) expire() {
	now := w.Clock.Now()
	if now.Sub(w.expired) < expireEvery {
		return
	}
	w.expired = now
	w.Room.Retire(func(s *room.Signal) bool {
		return s.Scope != w.scope || !awshealth.Outdated(s, now) && !w.watched(s)
	}, func(room.Scope, string) bool { return true })
}

// unkept is the warning that messages were heard and are not on disk.
func (w *watch) unkept(err error, count int) *sources.Failure {
	return &sources.Failure{Err: err, Partial: true, Trouble: room.Trouble{
		What: plural(count, "pushed message") + " were taken in and left on the queue " + w.name,
		Why:  whyUnkept(err),
		Next: "they come again in " + plural(int(hidden/time.Minute), "minute") + ", and are deleted once they are kept",
	}}
}

// untouched is that nothing is received for now.
func (w *watch) untouched(err error) *sources.Failure {
	next := "messages wait there, for days; it is read again once this room is kept, and " + goesOn
	if errors.Is(err, room.ErrNoKeeper) {
		next = "give this room a directory that can be written (--state), and start it again; messages wait on the queue, and " + goesOn
	}
	return &sources.Failure{Err: err, Trouble: room.Trouble{
		What: "the push queue " + w.name + " is not read", Why: whyUnkept(err), Next: next,
	}}
}
