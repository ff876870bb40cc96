package cli

import (
	"path/filepath"
	"reflect"
	"testing"

	"warroom/internal/config"
	"warroom/sources/probe"
)

func TestWhatTheConfigSaysOfHTTPReachesTheProbe(t *testing.T) {
	t.Setenv("WARROOM_TEST_SECRET", "a b:@/c")
	file := filepath.Join(t.TempDir(), "warroom.yaml")
	write(t, file, `
probes:
  - name: shop
    url: shop.example.com
    version: 2
    await: true
    keep_alive: true
    method: DELETE
    headers: {Depth: 1, X-Twice: [one, "${env:WARROOM_TEST_SECRET}"]}
    proxy: http://ana:${env:WARROOM_TEST_SECRET}@proxy.example.com:3128
    auth: {client: warroom, secret: "${env:WARROOM_TEST_SECRET}", url: https://login.example.com, scopes: [read]}
`)
	cfg, err := config.Load(file, config.Allowed{})
	if err != nil {
		t.Fatal(err)
	}
	spec := probeSpec(cfg.Probes[0])
	auth := probe.Auth{Client: "warroom", Secret: "a b:@/c", URL: "https://login.example.com", Scopes: []string{"read"}}
	if !spec.Await || spec.Version != "2" || spec.Proxy != "http://ana:a%20b%3A%40%2Fc@proxy.example.com:3128" || !reflect.DeepEqual(spec.Auth, auth) {
		t.Errorf("got version %q, proxy %q, auth %+v", spec.Version, spec.Proxy, spec.Auth)
	}
	headers := map[string][]string{"Depth": {"1"}, "X-Twice": {"one", "a b:@/c"}}
	if !spec.KeepAlive || spec.Method != "DELETE" || !reflect.DeepEqual(spec.Header, headers) {
		t.Errorf("got keep-alive %v, method %q, headers %q", spec.KeepAlive, spec.Method, spec.Header)
	}
	if _, err := probe.New(spec, nil); err != nil {
		t.Error(err)
	}
}
