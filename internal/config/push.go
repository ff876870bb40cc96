package config

import (
	"regexp"
	"strings"
)

// Push is a queue through which AWS tells of changes by itself. Its zero value is none.
type Push struct {
	Queue      string `yaml:"queue,omitempty" doc:"The address of an SQS queue of this room's own, filled by EventBridge as docs/push.md says." usual:"nothing is pushed" example:"https://sqs.us-west-2.amazonaws.com/111122223333/warroom"`
	Profile    string `yaml:"profile,omitempty" doc:"A profile of the AWS config files, to read the queue with." usual:"AWS_PROFILE, or the default profile" example:"ops-readonly"`
	Role       string `yaml:"role,omitempty" doc:"The ARN of a role to assume with those credentials." example:"arn:aws:iam::111122223333:role/warroom"`
	ExternalID Secret `yaml:"external_id,omitempty" doc:"What the role's trust policy asks for; may be a reference." example:"${env:WARROOM_EXTERNAL_ID}"`
	FIPS       bool   `yaml:"fips,omitempty" doc:"Call the FIPS endpoints, which AWS has in its regions of the United States." usual:"true for an address at sqs-fips"`
	DualStack  bool   `yaml:"dual_stack,omitempty" doc:"Call the endpoints that have IPv6 beside IPv4." usual:"true for an address at api.aws"`
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

// Endpoint is where SQS is called, if the address is that of a VPC endpoint, or "".
func (p *Push) Endpoint() string {
	host, _, _ := strings.Cut(strings.TrimPrefix(p.Queue, "https://"), "/")
	if strings.HasPrefix(host, "vpce-") {
		return "https://" + host
	}
	return ""
}

// Scope is as whom and where the queue is read. Its address says by itself whether it is
// one of FIPS or of dual-stack.
func (p *Push) Scope() Scope {
	public := p.Endpoint() == ""
	return Scope{Profile: p.Profile, Role: p.Role, ExternalID: p.ExternalID, Regions: []string{p.Region()},
		FIPS:      p.FIPS || public && strings.Contains(p.Queue, "://sqs-fips."),
		DualStack: p.DualStack || public && strings.Contains(p.Queue, ".api.aws/")}
}

func (r *reader) checkPush(c *Config) {
	p := &c.Push
	for _, key := range []string{"profile", "role", "external_id", "fips", "dual_stack"} {
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
	} else if wrong := FIPSMistake(p.Region()); wrong != "" && p.Scope().FIPS {
		r.wrong("push.queue", "%s", wrong)
	}
	for _, key := range []string{"fips", "dual_stack"} {
		if p.Endpoint() != "" && r.given("push."+key) {
			r.wrong("push."+key, "the queue's address is a VPC endpoint, which is what it is; take %s away", key)
		}
	}
}
