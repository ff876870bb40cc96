package cli

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"warroom/sources/awsclient"
	"warroom/sources/awspush"
)

// queue tries what warroom asks of the queue that the config names, if it names one.
func (c *checker) queue(ctx context.Context) []finding {
	push := &c.cfg.Push
	if push.Queue == "" || c.broken {
		return nil
	}
	about := subject{topic: topicPermission, region: push.Region()}
	began := time.Now()
	settings, err := queueConfig(ctx, c.cfg, world{})
	if err != nil {
		return []finding{c.refused(about.called("push queue"), err, time.Since(began))}
	}
	settings.HTTPClient = &dated{HTTPClient: settings.HTTPClient, skew: &c.aws}
	trials := queueTrials(sqs.NewFromConfig(settings, func(o *sqs.Options) {
		o.Region = push.Region()
		o.APIOptions = append(o.APIOptions, awsclient.Harden, awsclient.OnlyQueue(push.Queue))
	}), push.Queue)
	return c.together(about.called("push queue"), len(trials), func(i int) []finding {
		found, err := c.try(ctx, about, trials[i])
		if why, next := awspush.Explain(err, push.Queue, push.Region()); why != "" {
			found = about.called(trials[i].action).fail(why, next)
		}
		return []finding{found}
	})
}

// noReceipt is a receipt that SQS never gave: who may delete is told that it is none.
const noReceipt = "warroom-check"

// queueTrials are the actions of SQS. No message is deleted; one that the first of them
// happens to take is there again after a second.
func queueTrials(client *sqs.Client, queue string) []trial {
	unlessInvalid := func(err error) error {
		if invalid := (*types.ReceiptHandleIsInvalid)(nil); errors.As(err, &invalid) {
			return nil
		}
		return err
	}
	return []trial{
		{action: "sqs:ReceiveMessage", call: func(ctx context.Context) error {
			_, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &queue, MaxNumberOfMessages: 1, VisibilityTimeout: 1})
			return err
		}},
		{action: "sqs:DeleteMessage", call: func(ctx context.Context) error {
			_, err := client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &queue, ReceiptHandle: aws.String(noReceipt)})
			return unlessInvalid(err)
		}},
		{action: "sqs:ChangeMessageVisibility", call: func(ctx context.Context) error {
			_, err := client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: &queue, ReceiptHandle: aws.String(noReceipt), VisibilityTimeout: 1})
			return unlessInvalid(err)
		}},
	}
}
