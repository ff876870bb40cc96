package probe

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"warroom/internal/clean"
)

// Auth is how a probe of HTTP shows who it is: by user and password (RFC 7617), by a token
// (RFC 6750), or by tokens that a client is given at a URL (RFC 6749, section 4.4). One of
// the three, or none. Like headers it is sent to no other host, and never printed.
type Auth struct {
	User, Password string
	Token          string
	Client, Secret string
	URL            string   // where the client is given tokens
	Scopes         []string // what they are to be good for
}

const (
	// tokenLimit bounds the answer of a token endpoint; tokens of several KiB are common.
	tokenLimit = 64 << 10
	// tokenMargin is how long before its end a token is not used any more, unless it
	// lasts for less than ten times that.
	tokenMargin = 30 * time.Second
)

// prepareAuth puts what is known from the start into the headers of a target, and gives
// what asks for tokens, nil if nothing does.
func prepareAuth(t *target) (*grant, error) {
	a := &t.spec.Auth
	kinds := 0
	for _, given := range []bool{a.User != "" || a.Password != "", a.Token != "", a.Client != "" || a.Secret != "" || a.URL != ""} {
		if given {
			kinds++
		}
	}
	switch {
	case kinds == 0:
		return nil, nil
	case kinds > 1:
		return nil, errors.New("it shows who it is in two ways; leave all but one of them out: user and password, token, or client, secret and URL")
	case hasHeader(t.spec.Header, "Authorization"):
		return nil, errors.New("it has an Authorization header and another way to show who it is; leave one of them out")
	case a.Token != "":
		t.spec.Header = authorized(t.spec.Header, "Bearer "+a.Token)
		return nil, nil
	case a.Client == "" && a.URL == "":
		t.spec.Header = authorized(t.spec.Header, basic(a.User, a.Password))
		return nil, nil
	}
	return newGrant(t)
}

func hasHeader(header map[string][]string, name string) bool {
	for given := range header {
		if textproto.CanonicalMIMEHeaderKey(given) == name {
			return true
		}
	}
	return false
}

func authorized(header map[string][]string, value string) map[string][]string {
	more := maps.Clone(header)
	if more == nil {
		more = map[string][]string{}
	}
	more["Authorization"] = []string{value}
	return more
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// grant gets tokens for the looks of one target, which do not overlap.
type grant struct {
	endpoint *target   // where tokens are given
	holder   *target   // the target with the token that is in use; nil before the first
	ends     time.Time // when that is not to be used any more, real time; zero if that is not known
}

func newGrant(t *target) (*grant, error) {
	a := &t.spec.Auth
	if a.Client == "" || a.Secret == "" || a.URL == "" {
		return nil, errors.New("tokens need a client, its secret and a URL; give all three")
	}
	form := url.Values{"grant_type": {"client_credentials"}}
	if len(a.Scopes) > 0 {
		form.Set("scope", strings.Join(a.Scopes, " "))
	}
	endpoint := &target{clock: t.clock, lookup: t.lookup, roots: t.roots, spec: Spec{
		Name: t.spec.Name, URL: a.URL, Method: http.MethodPost, Body: form.Encode(), Timeout: t.spec.Timeout, Proxy: t.spec.Proxy,
		TLS: TLS{Authority: t.spec.TLS.Authority}, // who signs our own certificates signs this one's, too
		Header: map[string][]string{
			"Accept": {"application/json"}, "Accept-Encoding": {"identity"}, "Content-Type": {"application/x-www-form-urlencoded"},
			"Authorization": {basic(url.QueryEscape(a.Client), url.QueryEscape(a.Secret))}, // RFC 6749, section 2.3.1
		},
	}}
	var err error
	if endpoint.url, err = parseURL(a.URL); err == nil && !isHTTP(endpoint.url.Scheme) {
		err = errors.New("its URL is not one of https")
	}
	if err == nil {
		endpoint.endpoint, err = endpointOf(endpoint.url)
	}
	if err == nil {
		_, err = prepareHTTP(endpoint)
	}
	if err == nil && endpoint.url.Scheme == "https" {
		err = endpoint.prepareSecure()
	}
	if err != nil {
		return nil, fmt.Errorf("what gives it tokens cannot be asked: %w", err)
	}
	return &grant{endpoint: endpoint}, nil
}

// probe implements prober. A token that is refused is fetched anew once. The time that
// fetching takes is not the target's.
func (g *grant) probe(ctx context.Context, t *target, watch *stopwatch) outcome {
	fresh := g.holder == nil || !g.ends.IsZero() && time.Now().After(g.ends)
	if fresh {
		if f := g.fetch(ctx, t); f != nil {
			return outcome{failure: f}
		}
		*watch = startWatch()
	}
	found := probeHTTP(ctx, g.holder, watch)
	if fresh || found.failure == nil || found.status != http.StatusUnauthorized {
		return found
	}
	if f := g.fetch(ctx, t); f != nil {
		return outcome{failure: f}
	}
	*watch = startWatch()
	return probeHTTP(ctx, g.holder, watch)
}

// fetch gets a token. That there is none says nothing of the target.
func (g *grant) fetch(ctx context.Context, t *target) *failure {
	g.holder = nil
	watch, ignored := startWatch(), new(outcome)
	var given tokenAnswer
	f := withAnswer(ctx, g.endpoint, firstHop(g.endpoint), g.endpoint.request, &watch, ignored, func(answer *http.Response) *failure {
		// What cannot be read has no token in it.
		_ = json.NewDecoder(io.LimitReader(answer.Body, tokenLimit)).Decode(&given)
		return given.wrong(answer.StatusCode)
	})
	if f != nil {
		return &failure{
			class: classError, phase: f.phase, reason: fmt.Sprintf("no token was given by %s: %s", g.endpoint.endpoint, f.reason),
			next: "see to what gives the tokens, or correct auth: in the config", cause: f.cause,
		}
	}
	own := *t
	own.spec.Header = authorized(t.spec.Header, "Bearer "+given.Token)
	own.request = firstHop(&own).request(&own)
	g.holder, g.ends = &own, given.ends(time.Now())
	return nil
}

// tokenAnswer is the answer of a token endpoint (RFC 6749, sections 5.1 and 5.2).
type tokenAnswer struct {
	Token   string      `json:"access_token"`
	Kind    string      `json:"token_type"`
	Seconds json.Number `json:"expires_in"` // some write it as text
	Error   string      `json:"error"`
}

// tokenErrors are the errors that are shown. Any other text might be a secret of ours.
var tokenErrors = []string{"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}

// wrong says why there is no token in an answer; nil if there is one.
func (a *tokenAnswer) wrong(status int) *failure {
	f := &failure{class: classError, phase: phaseTransfer}
	switch {
	case status != http.StatusOK && slices.Contains(tokenErrors, a.Error):
		f.reason = fmt.Sprintf("it answers with status %d, %s", status, a.Error)
	case status != http.StatusOK:
		f.reason = fmt.Sprintf("it answers with status %d", status)
	case a.Token == "" || strings.ContainsAny(a.Token, " \t") || !httpguts.ValidHeaderFieldValue(a.Token):
		f.reason = "its answer holds none"
	case !strings.EqualFold(a.Kind, "bearer"):
		f.reason = "its token is of the type " + clean.Line(escaped([]byte(a.Kind[:min(len(a.Kind), shownBytes)])), nameLimit) + ", and not bearer"
	default:
		return nil
	}
	return f
}

// ends is when a token that was given now is not to be used any more.
func (a *tokenAnswer) ends(now time.Time) time.Time {
	seconds, err := strconv.ParseFloat(a.Seconds.String(), 64)
	if err != nil || seconds <= 0 || seconds > maxTokenSeconds {
		return time.Time{}
	}
	lasts := time.Duration(seconds * float64(time.Second))
	return now.Add(lasts - min(tokenMargin, lasts/10))
}

// maxTokenSeconds is a hundred years: what lasts longer has no end.
const maxTokenSeconds = 100 * 365 * 24 * 60 * 60
