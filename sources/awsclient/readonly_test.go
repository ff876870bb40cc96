package awsclient

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

func TestAnOperationThatChangesAnythingIsRefusedBeforeItIsSent(t *testing.T) {
	home(t, "[default]\nregion = eu-west-1\naws_access_key_id = A\naws_secret_access_key = S\n")
	var asked atomic.Int32
	t.Setenv("AWS_ENDPOINT_URL", *serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		answer(200, cborKind, "\xa0")(w, r)
	}).BaseEndpoint)
	loaded, err := Load(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	hardened := func(o *cloudwatch.Options) { o.APIOptions = append(o.APIOptions, Harden) }
	for name, client := range map[string]*cloudwatch.Client{
		"a config that was loaded": cloudwatch.NewFromConfig(loaded),
		"a hardened client":        cloudwatch.NewFromConfig(configFor(os.Getenv("AWS_ENDPOINT_URL")), hardened),
		"both":                     cloudwatch.NewFromConfig(loaded, hardened),
	} {
		_, err := client.SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{
			AlarmName: aws.String("a"), StateReason: aws.String("r"), StateValue: cloudwatchtypes.StateValueOk})
		expectCause(t, err, "forbidden-here", "this program refuses to call cloudwatch:SetAlarmState, since it changes nothing in AWS")
		if _, err := client.DeleteAlarms(t.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"a"}}); err == nil {
			t.Errorf("%s deletes alarms", name)
		}
		if asked.Load() > 0 {
			t.Fatalf("%s has sent it", name)
		}
		if _, err := client.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{}); err != nil || asked.Swap(0) != 1 {
			t.Errorf("%s does not read: %v", name, err)
		}
	}
}

func TestWhatMayBeCalled(t *testing.T) {
	for operation, may := range map[string]bool{
		"CloudWatch DescribeAlarms": true, "CloudWatch GetMetricData": true, "CloudTrail LookupEvents": true, "Organizations ListAccounts": true,
		"STS AssumeRole": true, "STS AssumeRoleWithWebIdentity": true, "STS AssumeRoot": false, "STS GetCallerIdentity": true,
		"SSO OIDC CreateToken": true, "SSO OIDC RegisterClient": false, "Signin CreateOAuth2Token": true, "CloudWatch CreateToken": false,
		"SQS ReceiveMessage": true, "SQS DeleteMessage": true, "SQS ChangeMessageVisibility": true, "SQS SendMessage": false, "SQS PurgeQueue": false, "SQS DeleteQueue": false,
		"CloudWatch SetAlarmState": false, "CloudWatch PutMetricData": false, "CloudWatch DisableAlarmActions": false,
		"SNS Listen": false, "SNS Getaway": false, "SNS DeleteMessage": false, " ": false,
	} {
		cut := strings.LastIndex(operation, " ")
		if MayCall(operation[:cut], operation[cut+1:]) != may {
			t.Errorf("%q: %v", operation, !may)
		}
	}
}

// TestTheProgramChangesNothing walks the whole program text, with types, and finds every
// operation of AWS that it names: by a method of a service's client, of an interface that
// one fits, or by an operation's input. Adding a call of SetAlarmState anywhere fails it.
func TestTheProgramChangesNothing(t *testing.T) {
	found := operations(t)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		service, operation, _ := strings.Cut(name, ".")
		if !MayCall(service, operation) {
			t.Errorf("%s may change something; it is named at %s", name, found[name])
		}
	}
	for _, known := range []string{"CloudWatch.DescribeAlarms", "CloudWatch.GetMetricData", "Health.DescribeEvents", "STS.GetCallerIdentity"} {
		if found[known] == "" {
			t.Errorf("%s is called, and was not found among %v", known, slices.Sorted(maps.Keys(found)))
		}
	}
}

// The walk finds an operation however it is named.
func TestTheWalkFindsWhatChangesSomething(t *testing.T) {
	const program = `package p
import ("context"; "github.com/aws/aws-sdk-go-v2/service/cloudwatch")
type silencer interface { DisableAlarmActions(context.Context, *cloudwatch.DisableAlarmActionsInput, ...func(*cloudwatch.Options)) (*cloudwatch.DisableAlarmActionsOutput, error) }
type putter = cloudwatch.PutMetricDataInput
type wrapped struct{ *cloudwatch.Client }
func f(ctx context.Context, c *cloudwatch.Client, s silencer) {
	c.SetAlarmState(ctx, nil)
	delete := c.DeleteAlarms
	_, _ = delete, (*cloudwatch.Client).EnableAlarmActions
	s.DisableAlarmActions(ctx, nil)
	wrapped{c}.PutDashboard(ctx, nil)
	cloudwatch.NewDescribeAlarmsPaginator(c, nil)
}
`
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "p.go"), []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	walk(t, []string{filepath.Join(folder, "p.go")}, exported(t, "github.com/aws/aws-sdk-go-v2/service/cloudwatch"), found)
	want := []string{"CloudWatch.DeleteAlarms", "CloudWatch.DescribeAlarms", "CloudWatch.DisableAlarmActions", "CloudWatch.EnableAlarmActions",
		"CloudWatch.PutDashboard", "CloudWatch.PutMetricData", "CloudWatch.SetAlarmState"}
	if got := slices.Sorted(maps.Keys(found)); !slices.Equal(got, want) {
		t.Errorf("found %v\nwant  %v", got, want)
	}
}

// program is what operations finds, which two tests need.
var program struct {
	sync.Mutex
	found map[string]string
}

// operations are the operations of AWS that the program's packages name outside their
// tests, as SERVICE.Operation, each with a place.
func operations(t *testing.T) map[string]string {
	t.Helper()
	program.Lock()
	defer program.Unlock()
	if program.found != nil {
		return program.found
	}
	const pattern = "warroom/..."
	lookup := exported(t, pattern)
	found := map[string]string{}
	for _, line := range list(t, "-f", `{{if not .Standard}}{{.Dir}}{{range .GoFiles}} {{.}}{{end}}{{end}}`, pattern) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue // a package of nothing but tests
		}
		for i, name := range fields[1:] {
			fields[1+i] = filepath.Join(fields[0], name)
		}
		walk(t, fields[1:], lookup, found)
	}
	program.found = found
	return found
}

// exported finds the compiled form of the packages of a pattern and of all that they need.
func exported(t *testing.T, pattern string) importer.Lookup {
	t.Helper()
	files := map[string]string{}
	for _, line := range list(t, "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", pattern) {
		if path, file, ok := strings.Cut(line, " "); ok {
			files[path] = file
		}
	}
	return func(path string) (io.ReadCloser, error) {
		if files[path] == "" {
			return nil, fmt.Errorf("no compiled form of %s", path)
		}
		return os.Open(files[path])
	}
}

func list(t *testing.T, arguments ...string) []string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list"}, arguments...)...).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return strings.Split(string(out), "\n")
}

// walk notes the operations that the files of one package name.
func walk(t *testing.T, names []string, lookup importer.Lookup, found map[string]string) {
	t.Helper()
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	checker := types.Config{Importer: importer.ForCompiler(fset, "gc", lookup)}
	if _, err := checker.Check(names[0], fset, files, info); err != nil {
		t.Fatalf("%s: %v", filepath.Dir(names[0]), err)
	}
	for name, object := range info.Uses {
		for _, operation := range standsFor(object) {
			found[operation] = fset.Position(name.Pos()).String()
		}
	}
}

// standsFor are the operations that the use of an object stands for: a type that is an
// operation's input, or a function that takes one.
func standsFor(object types.Object) (operations []string) {
	switch object := object.(type) {
	case *types.TypeName:
		operations = append(operations, operationOf(object.Type()))
	case *types.Func:
		parameters := object.Type().(*types.Signature).Params()
		for i := range parameters.Len() {
			operations = append(operations, operationOf(parameters.At(i).Type()))
		}
	}
	return slices.DeleteFunc(operations, func(name string) bool { return name == "" })
}

// operationOf is SERVICE.Operation for an operation's input of an SDK's package, or "".
func operationOf(t types.Type) string {
	t = types.Unalias(t)
	if pointer, ok := t.(*types.Pointer); ok {
		t = types.Unalias(pointer.Elem())
	}
	of, ok := t.(*types.Named)
	if !ok || of.Obj().Pkg() == nil || !strings.HasPrefix(of.Obj().Pkg().Path(), "github.com/aws/aws-sdk-go-v2/") {
		return ""
	}
	scope := of.Obj().Pkg().Scope()
	operation, isInput := strings.CutSuffix(of.Obj().Name(), "Input")
	service, hasID := scope.Lookup("ServiceID").(*types.Const)
	if !isInput || !hasID || scope.Lookup(operation+"Output") == nil {
		return ""
	}
	return constant.StringVal(service.Val()) + "." + operation
}
