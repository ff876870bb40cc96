package awspush

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/smithy-go"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

// goesOn ends every sentence about the queue.
const goesOn = "the looks at AWS go on without it"

// missing are the codes of a queue that is not there. Source: ReceiveMessage, Errors; the
// second is how the query protocol calls it.
var missing = []string{"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "QueueDeletedRecently", "InvalidAddress"}

// Explain says in words what only SQS refuses, and what to do; why is "" for what any
// service of AWS may say.
func Explain(err error, queue, region string) (why, next string) {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return "", ""
	}
	switch code := api.ErrorCode(); {
	case slices.Contains(missing, code):
		return "there is no queue " + nameOf(queue) + " in " + region + ", or these credentials may not know of it",
			"check the account, the region and the name in push.queue; docs/push.md says how to make the queue"
	case strings.HasPrefix(code, "KMS.") || strings.HasPrefix(code, "Kms"):
		return "the queue is encrypted with a key that these credentials cannot use",
			"allow kms:Decrypt on the queue's key, or let SQS keep the key, as the templates in docs/aws do"
	}
	return "", ""
}

// nameOf is the name in the address of a queue.
func nameOf(queue string) string { return queue[strings.LastIndexByte(queue, '/')+1:] }

// failure is why the queue could not be used, in words.
func (w *watch) failure(what string, err error) *sources.Failure {
	failure := awsclient.Failure(what, err)
	if why, next := Explain(err, w.Queue, w.Region); why != "" {
		failure.Why, failure.Next = why, next
	}
	if failure.Next == awsclient.NothingToDo {
		failure.Next = goesOn
	} else {
		failure.Next += "; " + goesOn
	}
	return failure
}

// whyUnkept is why messages that were heard are not on disk.
func whyUnkept(err error) string {
	var not *room.NotKept
	switch {
	case errors.As(err, &not):
		return "the journal is not being kept: " + not.Trouble.Why
	case errors.Is(err, room.ErrNoKeeper):
		return "nothing is kept in this room"
	case errors.Is(err, context.DeadlineExceeded):
		return "the journal has not said in time that it has them"
	}
	return "the look was stopped before the journal had them"
}
