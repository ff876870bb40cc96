package awspush

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// templates are the two templates, each for CloudFormation and for Terraform.
var templates = []struct{ cloudFormation, terraform string }{
	{"../../docs/aws/push.yaml", "../../docs/aws/push/main.tf"},
	{"../../docs/aws/forward.yaml", "../../docs/aws/forward/main.tf"},
}

type resource struct {
	Type       string         `yaml:"Type"`
	Properties map[string]any `yaml:"Properties"`
}

type template struct {
	Parameters map[string]any      `yaml:"Parameters"`
	Outputs    map[string]any      `yaml:"Outputs"`
	Resources  map[string]resource `yaml:"Resources"`
}

func contentOf(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func templateOf(t *testing.T, path string) (parsed template) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(contentOf(t, path)), &parsed); err != nil {
		t.Fatal(err)
	}
	return parsed
}

// tags finds what is named by CloudFormation's own tags.
type tags struct{ named []string }

func (v *tags) Visit(node ast.Node) ast.Visitor {
	if tag, ok := node.(*ast.TagNode); ok {
		text := strings.Trim(tag.Value.String(), `"`)
		switch tag.Start.Value {
		case "!Ref":
			v.named = append(v.named, text)
		case "!GetAtt":
			name, _, _ := strings.Cut(text, ".")
			v.named = append(v.named, name)
		case "!Sub":
			for _, found := range regexp.MustCompile(`\$\{(\w+)\}`).FindAllStringSubmatch(text, -1) {
				v.named = append(v.named, found[1])
			}
		case "!Not", "!Equals", "!Join":
		default:
			v.named = append(v.named, "the tag "+tag.Start.Value)
		}
	}
	return v
}

func TestTheCloudFormationTemplatesNameOnlyWhatIsThere(t *testing.T) {
	for _, each := range templates {
		file, err := parser.ParseBytes([]byte(contentOf(t, each.cloudFormation)), 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed, found := templateOf(t, each.cloudFormation), new(tags)
		ast.Walk(found, file.Docs[0].Body)
		if len(found.named) < 10 {
			t.Errorf("%s: only %v are named", each.cloudFormation, found.named)
		}
		for _, name := range found.named {
			_, isResource := parsed.Resources[name]
			_, isParameter := parsed.Parameters[name]
			if !isResource && !isParameter && name != "AWS::AccountId" {
				t.Errorf("%s names %s, which is not there", each.cloudFormation, name)
			}
		}
	}
}

// inTerraform is what a resource of CloudFormation is called there.
var inTerraform = map[string]string{
	"AWS::SQS::Queue": "aws_sqs_queue", "AWS::SQS::QueuePolicy": "aws_sqs_queue_policy", "AWS::Events::EventBus": "aws_cloudwatch_event_bus",
	"AWS::Events::EventBusPolicy": "aws_cloudwatch_event_bus_policy", "AWS::Events::Rule": "aws_cloudwatch_event_rule",
	"AWS::IAM::ManagedPolicy": "aws_iam_policy", "AWS::IAM::Role": "aws_iam_role",
}

// snake is HealthRule as Terraform writes it: health_rule.
func snake(name string) string {
	var out strings.Builder
	for i, char := range name {
		if unicode.IsUpper(char) && i > 0 {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToLower(char))
	}
	return out.String()
}

var (
	declared   = regexp.MustCompile(`(?m)^(?:resource|data) "(\w+)" "(\w+)"`)
	referred   = regexp.MustCompile(`\b(aws_\w+)\.(\w+)`)
	variables  = regexp.MustCompile(`\bvar\.(\w+)`)
	outputs    = regexp.MustCompile(`(?m)^output "(\w+)"`)
	comments   = regexp.MustCompile(`(?m)(?:^|\s)#.*$`)
	heredocs   = regexp.MustCompile(`(?s)<<-JSON\n(.*?)\n\s*JSON`)
	quotations = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
)

func TestTheTerraformTemplatesMakeWhatThoseOfCloudFormationMake(t *testing.T) {
	for _, each := range templates {
		parsed, text := templateOf(t, each.cloudFormation), comments.ReplaceAllString(contentOf(t, each.terraform), "")
		there := map[string]bool{}
		for _, found := range declared.FindAllStringSubmatch(text, -1) {
			there[found[1]+"."+found[2]] = true
		}
		for name, r := range parsed.Resources {
			kind, ok := inTerraform[r.Type]
			if !ok || !there[kind+"."+snake(name)] {
				t.Errorf("%s has no %s.%s", each.terraform, kind, snake(name))
			}
		}
		for _, found := range referred.FindAllStringSubmatch(text, -1) {
			if !there[found[1]+"."+found[2]] {
				t.Errorf("%s names %s.%s, which is not there", each.terraform, found[1], found[2])
			}
		}
		for _, found := range variables.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(text, `variable "`+found[1]+`"`) {
				t.Errorf("%s: there is no variable %s", each.terraform, found[1])
			}
		}
		for name := range parsed.Parameters {
			if !strings.Contains(text, `variable "`+snake(name)+`"`) {
				t.Errorf("%s has no variable %s", each.terraform, snake(name))
			}
		}
		var told []string
		for _, found := range outputs.FindAllStringSubmatch(text, -1) {
			told = append(told, found[1])
		}
		if len(told) != len(parsed.Outputs) {
			t.Errorf("%s tells %v, and the other %v", each.terraform, told, parsed.Outputs)
		}
		bare := quotations.ReplaceAllString(heredocs.ReplaceAllString(text, ""), "")
		for _, pair := range []string{"{}", "[]", "()"} {
			if strings.Count(bare, pair[:1]) != strings.Count(bare, pair[1:]) || strings.Contains(bare, `"`) {
				t.Errorf("%s: brackets or quotes are not closed", each.terraform)
			}
		}
	}
}

func TestTerraformReadsItsTemplates(t *testing.T) {
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("there is no terraform here")
	}
	for _, each := range templates {
		if out, err := exec.CommandContext(t.Context(), terraform, "fmt", "-check", "-diff", each.terraform).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", each.terraform, err, out)
		}
	}
}

// The two patterns that there are. AWS Health takes no other for its source.
var (
	healthPattern = fmt.Sprintf(`{"source":[%q]}`, fromHealth)
	alarmPattern  = fmt.Sprintf(`{"detail-type":[%q,%q,%q],"source":[%q]}`, stateType, definitionType, contributorType, fromCloudWatch)
)

func TestTheRulesSendWhatIsUnderstoodAndNothingIsLostOnTheWay(t *testing.T) {
	for _, each := range templates {
		var patterns []string
		for name, r := range templateOf(t, each.cloudFormation).Resources {
			if r.Type != "AWS::Events::Rule" {
				continue
			}
			pattern, err := json.Marshal(r.Properties["EventPattern"])
			if err != nil {
				t.Fatal(err)
			}
			if want := map[bool]string{true: healthPattern, false: alarmPattern}[strings.Contains(name, "Health")]; string(pattern) != want {
				t.Errorf("%s: %s has the pattern %s, want %s", each.cloudFormation, name, pattern, want)
			}
			patterns = append(patterns, string(pattern))
			target := r.Properties["Targets"].([]any)[0].(map[string]any)
			if target["DeadLetterConfig"] == nil || fmt.Sprint(target["RetryPolicy"]) != "map[MaximumEventAgeInSeconds:86400 MaximumRetryAttempts:185]" {
				t.Errorf("%s: what %s cannot deliver is lost: %v", each.cloudFormation, name, target)
			}
		}
		var other []string
		for _, found := range heredocs.FindAllStringSubmatch(contentOf(t, each.terraform), -1) {
			var compact any
			if err := json.Unmarshal([]byte(found[1]), &compact); err != nil {
				t.Fatal(err)
			}
			pattern, _ := json.Marshal(compact)
			other = append(other, string(pattern))
		}
		slices.Sort(patterns)
		slices.Sort(other)
		if !slices.Equal(patterns, other) {
			t.Errorf("%s has the patterns %v, and %s %v", each.cloudFormation, patterns, each.terraform, other)
		}
	}
}

func TestTheQueueIsAsItsReaderNeedsIt(t *testing.T) {
	parsed, terraform := templateOf(t, templates[0].cloudFormation), contentOf(t, templates[0].terraform)
	queue := parsed.Resources["Queue"].Properties
	for key, want := range map[string]string{
		"VisibilityTimeout": fmt.Sprint(int(hidden.Seconds())), "ReceiveMessageWaitTimeSeconds": fmt.Sprint(int(LongPoll.Seconds())), "SqsManagedSseEnabled": "true",
	} {
		if got := fmt.Sprint(queue[key]); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
	if redrive := queue["RedrivePolicy"].(map[string]any); fmt.Sprint(redrive["maxReceiveCount"]) != "5" {
		t.Errorf("what is not understood is given up after %v tries", redrive["maxReceiveCount"])
	}
	for _, text := range []string{"visibility_timeout_seconds = 300", "receive_wait_time_seconds  = 20", "maxReceiveCount     = 5"} {
		if !strings.Contains(terraform, text) {
			t.Errorf("%s is not in %s", text, templates[0].terraform)
		}
	}
	policy := parsed.Resources["ReaderPolicy"].Properties["PolicyDocument"].(map[string]any)["Statement"].([]any)[0].(map[string]any)
	var own struct {
		Statement []struct {
			Sid, Effect string
			Action      []string
		}
	}
	if err := json.Unmarshal([]byte(contentOf(t, "../../docs/iam-policy.json")), &own); err != nil {
		t.Fatal(err)
	}
	for _, statement := range own.Statement {
		if statement.Sid != policy["Sid"] {
			continue
		}
		var allowed []string
		for _, action := range policy["Action"].([]any) {
			allowed = append(allowed, action.(string))
		}
		slices.Sort(allowed)
		if !slices.Equal(allowed, statement.Action) || !bytes.Contains([]byte(terraform), []byte(strings.Join([]string{`["sqs:ReceiveMessage"`, `"sqs:DeleteMessage"`, `"sqs:ChangeMessageVisibility"]`}, ", "))) {
			t.Errorf("the template allows %v, and docs/iam-policy.json %v", allowed, statement.Action)
		}
		return
	}
	t.Error("docs/iam-policy.json has nothing about the queue")
}
