package awsclient

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// takes are the calls that take messages off a queue, or keep them from others.
var takes = map[string]func(t *testing.T, c *sqs.Client, queue *string) error{
	"ReceiveMessage": func(t *testing.T, c *sqs.Client, queue *string) error {
		_, err := c.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: queue})
		return err
	},
	"DeleteMessage": func(t *testing.T, c *sqs.Client, queue *string) error {
		_, err := c.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: queue, ReceiptHandle: aws.String("r")})
		return err
	},
	"DeleteMessageBatch": func(t *testing.T, c *sqs.Client, queue *string) error {
		_, err := c.DeleteMessageBatch(t.Context(), &sqs.DeleteMessageBatchInput{QueueUrl: queue,
			Entries: []types.DeleteMessageBatchRequestEntry{{Id: aws.String("a"), ReceiptHandle: aws.String("r")}}})
		return err
	},
	"ChangeMessageVisibility": func(t *testing.T, c *sqs.Client, queue *string) error {
		_, err := c.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: queue, ReceiptHandle: aws.String("r"), VisibilityTimeout: 1})
		return err
	},
	"ChangeMessageVisibilityBatch": func(t *testing.T, c *sqs.Client, queue *string) error {
		_, err := c.ChangeMessageVisibilityBatch(t.Context(), &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: queue,
			Entries: []types.ChangeMessageVisibilityBatchRequestEntry{{Id: aws.String("a"), ReceiptHandle: aws.String("r"), VisibilityTimeout: 1}}})
		return err
	},
}

func TestMessagesAreTakenOffOurOwnQueueAlone(t *testing.T) {
	const own = "https://sqs.us-west-2.amazonaws.com/111122223333/warroom"
	home(t, "[default]\nregion = us-west-2\naws_access_key_id = A\naws_secret_access_key = S\n")
	var asked atomic.Int32
	t.Setenv("AWS_ENDPOINT_URL", *serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		answer(200, "application/x-amz-json-1.0", `{"Successful":[],"Failed":[]}`)(w, r)
	}).BaseEndpoint)
	loaded, err := Load(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	bare := configFor(*serve(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) }).BaseEndpoint)
	only := OnlyQueue(own)
	clients := map[string]*sqs.Client{
		"loaded":         sqs.NewFromConfig(loaded, func(o *sqs.Options) { o.APIOptions = append(o.APIOptions, only) }),
		"hardened":       sqs.NewFromConfig(loaded, func(o *sqs.Options) { o.APIOptions = append(o.APIOptions, Harden, only) }),
		"hardened after": sqs.NewFromConfig(loaded, func(o *sqs.Options) { o.APIOptions = append(o.APIOptions, only, Harden) }),
	}
	unbound := map[string]*sqs.Client{
		"loaded, and of no queue":   sqs.NewFromConfig(loaded),
		"hardened, and of no queue": sqs.NewFromConfig(bare, func(o *sqs.Options) { o.APIOptions = append(o.APIOptions, Harden) }),
	}
	for operation, take := range takes {
		if !MayCall("SQS", operation) {
			t.Errorf("%s may not be called", operation)
		}
		refused := func(name string, client *sqs.Client, queue *string) {
			t.Helper()
			err := take(t, client, queue)
			var forbidden *ForbiddenError
			if !errors.As(err, &forbidden) || forbidden.Operation != operation || Classify(err).Name != "forbidden-here" || asked.Swap(0) != 0 {
				t.Errorf("%s, %s of %q: %v", name, operation, aws.ToString(queue), err)
			}
		}
		for name, client := range clients {
			for _, other := range []string{own + "2", strings.ToUpper(own), "https://sqs.us-west-2.amazonaws.com/444455556666/warroom", "https://example.com/warroom"} {
				refused(name, client, &other)
			}
			if err := take(t, client, aws.String(own)); err != nil || asked.Swap(0) != 1 {
				t.Errorf("%s, %s of the own queue: %v", name, operation, err)
			}
		}
		for name, client := range unbound {
			refused(name, client, aws.String(own))
		}
	}
	if len(takes) != len(beyondReading["SQS"]) || slices.ContainsFunc(beyondReading["SQS"], func(operation string) bool { return takes[operation] == nil }) {
		t.Errorf("not all of %v were tried", beyondReading["SQS"])
	}
}
