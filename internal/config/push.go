package config

import "regexp"

// Push is a queue through which AWS tells of changes by itself. Its zero value is none.
type Push struct {
	Queue      string `yaml:"queue,omitempty" doc:"The address of an SQS queue of this room's own, filled by EventBridge as docs/push.md says." usual:"nothing is pushed" example:"https://sqs.us-west-2.amazonaws.com/111122223333/warroom"`
	Profile    string `yaml:"profile,omitempty" doc:"A profile of the AWS config files, to read the queue with." usual:"AWS_PROFILE, or the default profile" example:"ops-readonly"`
	Role       string `yaml:"role,omitempty" doc:"The ARN of a role to assume with those credentials." example:"arn:aws:iam::111122223333:role/warroom"`
	ExternalID Secret `yaml:"external_id,omitempty" doc:"What the role's trust policy asks for; may be a reference." example:"${env:WARROOM_EXTERNAL_ID}"`
}

// queuePattern is the address of a queue: the region in its host, then the account and the
// name. Source: AWS General Reference, "Amazon SQS endpoints", and CreateQueue, QueueName.
var queuePattern = regexp.MustCompile(`^https://(?:vpce-[a-z0-9-]+\.)?sqs(?:-fips)?\.([a-z0-9-]+)\.(?:vpce\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)/([0-9]{12})/[A-Za-z0-9_-]{1,80}(?:\.fifo)?$`)

// Region is where the queue is.
func (p *Push) Region() string {
	if found := queuePattern.FindStringSubmatch(p.Queue); found != nil {
		return found[1]
	}
	return ""
}

// Account is whose it is: twelve digits.
func (p *Push) Account() string {
	if found := queuePattern.FindStringSubmatch(p.Queue); found != nil {
		return found[2]
	}
	return ""
}

func (r *reader) checkPush(c *Config) {
	p := &c.Push
	for _, key := range []string{"profile", "role", "external_id"} {
		if p.Queue == "" && r.given("push."+key) {
			r.wrong("push."+key, "%s is of no use without a queue; add queue, or take it away", key)
		}
	}
	r.checkScope("push", &Scope{Profile: p.Profile, Role: p.Role, ExternalID: p.ExternalID})
	if p.Queue == "" && !r.given("push.queue") {
		return
	}
	if p.Region() == "" {
		r.wrong("push.queue", "%s is not the address of an SQS queue; write it like https://sqs.us-west-2.amazonaws.com/111122223333/warroom", quote(p.Queue))
	} else if wrong := RegionMistake(p.Region()); wrong != "" {
		r.wrong("push.queue", "%s", wrong)
	}
}
