package probe

import (
	"net/url"
	"regexp"
	"strings"
)

// secretName matches the names of keys that hold secrets in a query: token, api_key,
// sig, X-Amz-Signature … An author is none.
var secretName = regexp.MustCompile(`(?i:auth(?:[^o]|ori[sz]|$)|cookie|token|secret|passw|passphrase|passcode|pwd|credential|signature|session|vault|jwt|bearer|api[-_]?key|(?:^|[-_.])(?:key|sig|pass|pw|pin|otp)$)|[a-z]Key$`)

// hidden stands for a value that is not shown, also where only ASCII is drawn.
const hidden = "***"

// shown is the URL as people see it: with the query that the Spec has for them, or
// without the values of keys that hold secrets.
func (t *target) shown() string {
	u := *t.url
	u.RawQuery = withoutSecrets(u.RawQuery)
	if t.spec.Shown != "" {
		if shown, err := parseURL(t.spec.Shown); err == nil {
			u.RawQuery = shown.RawQuery
		}
	}
	return u.String()
}

func withoutSecrets(query string) string {
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil {
			plain = name
		}
		if value != "" && secretName.MatchString(plain) {
			pairs[i] = name + "=" + hidden
		}
	}
	return strings.Join(pairs, "&")
}
