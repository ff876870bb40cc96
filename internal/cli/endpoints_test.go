package cli

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"warroom/internal/room"
	"warroom/sources/awsclient"
	"warroom/sources/awspush"
)

// crossing is a proxy that lets nobody through, and remembers where they wanted to go.
type crossing struct {
	listener net.Listener
	mu       sync.Mutex
	hosts    []string
}

func newCrossing(t *testing.T) *crossing {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	c := &crossing{listener: listener}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go c.refuse(connection)
		}
	}()
	return c
}

func (c *crossing) refuse(connection net.Conn) {
	defer connection.Close()
	request, err := http.ReadRequest(bufio.NewReader(connection))
	if err != nil {
		return
	}
	c.mu.Lock()
	c.hosts = append(c.hosts, strings.TrimSuffix(request.Host, ":443"))
	c.mu.Unlock()
	fmt.Fprint(connection, "HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
}

// through is a config whose clients go through the proxy, and try once.
func (c *crossing) through(cfg aws.Config) aws.Config {
	proxy := &url.URL{Scheme: "http", Host: c.listener.Addr().String()}
	cfg.HTTPClient = awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.Proxy = http.ProxyURL(proxy) })
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return cfg
}

// wanted are the hosts, each once.
func (c *crossing) wanted() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Compact(slices.Sorted(slices.Values(c.hosts)))
}

// hostsOf are the hosts that everything asks which a config watches, and that check asks
// besides: all clients that the program makes, with the SDK's own rules, but for those that
// get credentials.
func hostsOf(t *testing.T, text string) (hosts []string, err error) {
	t.Helper()
	cfg := readConfig(t, text+"changes: {cloudtrail: true}\nservices: [{name: shop, match: {resources: [\"shop-*\"]}}]\nfeeds: {off: true}\n")
	settings, err := awsConfig(t.Context(), cfg.Scopes[0], world{})
	if err != nil {
		return nil, err
	}
	c := newCrossing(t)
	settings = c.through(settings)
	w := world{clock: room.Wall{}, log: slog.New(slog.DiscardHandler), announce: func([]room.Change) {}, account: func() aws.Config { return settings }}
	for _, watch := range watchesOf(t.Context(), cfg, w) {
		_ = watch.Look(t.Context(), func([]room.Signal) {})
	}
	_, _, _ = awsclient.Members(t.Context(), settings)
	_, _ = awsclient.WhoAmI(t.Context(), settings)
	if cfg.Push.Queue != "" {
		queue, err := queueConfig(t.Context(), cfg, world{})
		if err != nil {
			return nil, err
		}
		watch := awspush.New(awspush.Options{Config: c.through(queue), Queue: cfg.Push.Queue, Region: cfg.Push.Region(), Room: deaf{}, Place: new(places).of})
		_ = watch.Look(t.Context(), func([]room.Signal) {})
	}
	return c.wanted(), nil
}

// deaf hears nothing.
type deaf struct{}

func (deaf) Hear(room.Scope, []room.Message) func(context.Context) error           { return nil }
func (deaf) Unkept() error                                                         { return nil }
func (deaf) Retire(func(*room.Signal) bool, func(scope room.Scope, n string) bool) {}

func TestEveryClientCallsTheEndpointThatIsWanted(t *testing.T) {
	const queue = "push: {queue: \"https://sqs.us-west-2.amazonaws.com/111122223333/warroom\""
	for _, c := range []struct {
		name, config string
		environment  map[string]string
		want         string
	}{
		{"in Europe", "scopes: [{regions: [eu-west-1]}]\n" + queue + "}\n", nil,
			"cloudtrail.eu-west-1.amazonaws.com health.us-east-1.amazonaws.com health.us-east-2.amazonaws.com monitoring.eu-west-1.amazonaws.com organizations.us-east-1.amazonaws.com sqs.us-west-2.amazonaws.com sts.eu-west-1.amazonaws.com"},
		{"by dual-stack", "scopes: [{regions: [eu-west-1], dual_stack: true}]\n" + queue + ", dual_stack: true}\n", nil,
			"cloudtrail.eu-west-1.api.aws health.us-east-1.api.aws health.us-east-2.api.aws monitoring.eu-west-1.api.aws organizations.us-east-1.api.aws sqs.us-west-2.api.aws sts.eu-west-1.api.aws"},
		{"by FIPS", "scopes: [{regions: [us-east-1], fips: true}]\n" + queue + ", fips: true}\n", nil,
			"cloudtrail-fips.us-east-1.amazonaws.com health-fips.us-east-2.amazonaws.com monitoring-fips.us-east-1.amazonaws.com organizations-fips.us-east-1.amazonaws.com sqs-fips.us-west-2.amazonaws.com sts-fips.us-east-1.amazonaws.com"},
		{"by both", "scopes: [{regions: [us-west-2], fips: true, dual_stack: true}]\n" + queue + ", fips: true, dual_stack: true}\n", nil,
			"cloudtrail-fips.us-west-2.api.aws health-fips.us-east-2.amazonaws.com monitoring-fips.us-west-2.api.aws organizations-fips.us-east-1.api.aws sqs-fips.us-west-2.api.aws sts-fips.us-west-2.api.aws"},
		{"in China", "scopes: [{regions: [cn-north-1]}]\npush: {queue: \"https://sqs.cn-northwest-1.amazonaws.com.cn/111122223333/warroom\"}\n", nil,
			"cloudtrail.cn-north-1.amazonaws.com.cn health.cn-north-1.amazonaws.com.cn health.cn-northwest-1.amazonaws.com.cn monitoring.cn-north-1.amazonaws.com.cn organizations.cn-northwest-1.amazonaws.com.cn sqs.cn-northwest-1.amazonaws.com.cn sts.cn-north-1.amazonaws.com.cn"},
		{"in GovCloud", "scopes: [{regions: [us-gov-east-1]}]\npush: {queue: \"https://sqs.us-gov-west-1.amazonaws.com/111122223333/warroom\"}\n", nil,
			"cloudtrail.us-gov-east-1.amazonaws.com health.us-gov-east-1.amazonaws.com health.us-gov-west-1.amazonaws.com monitoring.us-gov-east-1.amazonaws.com organizations.us-gov-west-1.amazonaws.com sqs.us-gov-west-1.amazonaws.com sts.us-gov-east-1.amazonaws.com"},
		{"in GovCloud by FIPS", "scopes: [{regions: [us-gov-east-1], fips: true}]\npush: {queue: \"https://sqs.us-gov-west-1.amazonaws.com/111122223333/warroom\", fips: true}\n", nil,
			"cloudtrail.us-gov-east-1.amazonaws.com health-fips.us-gov-east-1.amazonaws.com health-fips.us-gov-west-1.amazonaws.com monitoring.us-gov-east-1.amazonaws.com organizations.us-gov-west-1.amazonaws.com sqs.us-gov-west-1.amazonaws.com sts.us-gov-east-1.amazonaws.com"},
		{"the queue's address says FIPS by itself", "scopes: [{regions: [us-east-1]}]\nhealth: {off: true}\nalarms: {off: true}\npush: {queue: \"https://sqs-fips.us-west-2.amazonaws.com/111122223333/warroom\"}\n", nil,
			"cloudtrail.us-east-1.amazonaws.com organizations.us-east-1.amazonaws.com sqs-fips.us-west-2.amazonaws.com sts.us-east-1.amazonaws.com"},
		{"the queue's address is a VPC endpoint", "scopes: [{regions: [us-east-1]}]\nhealth: {off: true}\nalarms: {off: true}\npush: {queue: \"https://vpce-1.sqs.us-west-2.vpce.amazonaws.com/111122223333/warroom\"}\n", nil,
			"cloudtrail.us-east-1.amazonaws.com organizations.us-east-1.amazonaws.com sts.us-east-1.amazonaws.com vpce-1.sqs.us-west-2.vpce.amazonaws.com"},
		{"an endpoint of one's own", "scopes: [{regions: [us-east-1]}]\n" + queue + "}\n", map[string]string{"AWS_ENDPOINT_URL": "https://all.example"}, "all.example"},
		{"endpoints of one's own, one by one", "scopes: [{regions: [us-east-1]}]\n" + queue + "}\n",
			map[string]string{"AWS_ENDPOINT_URL": "https://all.example", "AWS_ENDPOINT_URL_HEALTH": "https://health.example", "AWS_ENDPOINT_URL_CLOUDWATCH": "https://cw.example", "AWS_ENDPOINT_URL_CLOUDTRAIL": "https://trail.example",
				"AWS_ENDPOINT_URL_STS": "https://sts.example", "AWS_ENDPOINT_URL_SQS": "https://sqs.example", "AWS_ENDPOINT_URL_ORGANIZATIONS": "https://org.example"},
			"cw.example health.example org.example sqs.example sts.example trail.example"},
	} {
		t.Run(c.name, func(t *testing.T) {
			keyed(t)
			for name, value := range c.environment {
				t.Setenv(name, value)
			}
			hosts, err := hostsOf(t, c.config)
			if got := strings.Join(hosts, " "); err != nil || got != c.want {
				t.Errorf("asked\n%s, %v; want\n%s", strings.ReplaceAll(got, " ", "\n"), err, strings.ReplaceAll(c.want, " ", "\n"))
			}
		})
	}
}

// keyed is a place of its own with made-up keys of the environment.
func keyed(t *testing.T) {
	t.Helper()
	alone(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "swordfish")
}

// TestFIPSWhereThereIsNoneIsToldBeforeAnythingIsAsked also where the environment wants it, of
// which no config tells.
func TestFIPSWhereThereIsNoneIsToldBeforeAnythingIsAsked(t *testing.T) {
	for region, want := range map[string]bool{"eu-west-1": true, "ca-central-1": true, "cn-north-1": true, "us-west-1": false, "us-gov-west-1": false} {
		t.Run(region, func(t *testing.T) {
			keyed(t)
			t.Setenv("AWS_USE_FIPS_ENDPOINT", "true")
			hosts, err := hostsOf(t, "scopes: [{regions: [us-east-2, "+region+"]}]\n")
			if told := err != nil && strings.HasPrefix(err.Error(), "AWS cannot be asked in "+region+": FIPS endpoints are wanted"); told != want {
				t.Errorf("it says %v, and asks %v", err, hosts)
			}
		})
	}
}
