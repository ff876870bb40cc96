package probe

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"
)

func TestWhatIsUsualIsTheMedianOfTheLastRightAnswers(t *testing.T) {
	var u usual
	for i := range usualFrom - 1 {
		u.take(time.Duration(i+1) * time.Millisecond)
	}
	if u.exceeded(time.Hour, 2) {
		t.Error("something is unusual before it is known what is usual")
	}
	u.take(usualFrom * time.Millisecond)
	if want := (usualFrom/2 + 1) * time.Millisecond; u.median != want {
		t.Errorf("the median of 1 to %d ms is %s, want %s", usualFrom, u.median, want)
	}
	if !u.exceeded(23*time.Millisecond, 2) || u.exceeded(22*time.Millisecond, 2) || u.exceeded(time.Hour, 0) {
		t.Error("the limit of twice the usual is elsewhere")
	}
	for range usualOf/2 + usualFrom {
		u.take(time.Second)
	}
	if u.median != time.Second || u.exceeded(time.Second, 2) {
		t.Errorf("what has been slow for %d looks is not usual: %s", usualOf/2+usualFrom, u.median)
	}
	if len(u.last) != usualOf {
		t.Errorf("%d answers are kept", len(u.last))
	}
}

func TestAnAnswerOfManyTimesTheUsualIsSlow(t *testing.T) { // S10
	var slow atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if slow.Load() {
			time.Sleep(3 * time.Second) // an answer that takes its time
		}
	}))
	defer server.Close()
	w := watchOf(t, Spec{URL: server.URL, Slower: 100}, nil)
	for range usualFrom {
		lookOnce(t.Context(), t, w).wantUp(t)
	}
	slow.Store(true)
	lookOnce(t.Context(), t, w).want(t, "SLOW", "", "right, but slower than 100 times the usual")
	slow.Store(false)
	lookOnce(t.Context(), t, w).wantUp(t)
}

func TestAGuardedProbeTakesNoWayAroundItsGuard(t *testing.T) { // Q6
	guard := NewGuard(nil, []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")})
	for _, spec := range []Spec{
		{Name: "shop", URL: "http://shop.example/", Guard: guard, Proxy: "http://proxy.example:3128"},
		{Name: "shop", URL: "http://shop.example/", Guard: guard, Auth: Auth{Client: "c", Secret: "s", URL: "https://login.example/"}},
	} {
		if _, err := New(spec, nil); err == nil {
			t.Errorf("%+v is taken", spec)
		}
	}
}
