package probe

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/textproto"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// secretLeast is how long a text must be to be a secret; shorter ones stand in any answer.
const secretLeast = 4

var (
	// jsonPair is a name of JSON and the text that is its value.
	jsonPair = regexp.MustCompile(`"([^"]+)"\s*:\s*"(?:[^"\\]|\\.)*"?`)

	// named is a name whose value comes next, in JSON, XML, a form or a line, and the two
	// halves of {"name": "password", "value": …}.
	named = regexp.MustCompile(`"([^"]+)"\s*:` +
		`|([\w.-]+)(?:["'\\\]]*\s*[:=>]|["']\W*[vV]alue["']?\s*[:=])` +
		`|<([\w:.-]+)\s`)

	// harmlessValue is what comes after a name and cannot be a secret, or is hidden already.
	harmlessValue = regexp.MustCompile(`^\s*(?:(?:true|false|null)\b|"` + regexp.QuoteMeta(hidden) + `")`)

	// secretShape matches what is a secret by its looks. The config has it, too.
	secretShape = regexp.MustCompile(`\b(?i:bearer|negotiate|apikey)[ \t]+[A-Za-z0-9._~+/=-]` +
		`|\beyJ[A-Za-z0-9_-]{8}` +
		`|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b` +
		`|\b(?:gh[oprsu]_|github_pat_|glpat-|xox[a-z]-|[rs]k_(?:live|test)_|hvs\.|AIza)[A-Za-z0-9_-]{8}` +
		`|-----BEGIN [A-Z ]*PRIVATE KEY`)
)

// withoutSecrets is text of an endpoint as people may see it. Some endpoints send back what
// they were sent, and what is secret of that is left out, too.
func (t *target) withoutSecrets(text string) string {
	for _, secret := range t.secrets() {
		text = strings.ReplaceAll(text, secret, hidden)
	}
	return withoutTheirs(text)
}

// withoutTheirs is text without the secrets of who wrote it: without the text that is the
// value of a name of JSON, and where it is not sure where one ends, without all that follows.
func withoutTheirs(text string) string {
	text = jsonPair.ReplaceAllStringFunc(text, func(pair string) string {
		if name := jsonPair.FindStringSubmatch(pair)[1]; secretName.MatchString(name) {
			return `"` + name + `": "` + hidden + `"`
		}
		return pair
	})
	if at := secretShape.FindStringIndex(text); at != nil {
		text = text[:at[0]] + hidden
	}
	text = forWhom.ReplaceAllLiteralString(text, "//"+hidden+"@")
	for _, at := range named.FindAllStringSubmatchIndex(text, -1) {
		isHost := strings.HasSuffix(text[:max(at[4], 0)], "//") // and what follows a port
		if !isHost && secretName.MatchString(nameIn(text, at)) && !harmlessValue.MatchString(text[at[1]:]) {
			return text[:at[1]] + hidden
		}
	}
	return text
}

// secrets are the texts that the target sends and people are not to see, longest first.
func (t *target) secrets() []string {
	sent := []string{t.spec.Body, strings.TrimSpace(t.spec.Body), t.spec.Auth.Password}
	sent = append(sent, secretsIn(t.spec.Body)...)
	for name, values := range t.spec.Header {
		if slices.Contains(harmless, textproto.CanonicalMIMEHeaderKey(name)) {
			continue
		}
		for _, value := range values {
			sent = append(sent, secretsInHeader(value)...)
		}
	}
	for _, step := range t.steps {
		sent = append(sent, secretsInLines(step.send)...)
	}
	if p := t.proxyTo(t.url); p != nil {
		sent = append(sent, p.password, strings.TrimPrefix(p.authorization(), "Basic "))
	}
	shown := t.shown()
	for pair := range strings.SplitSeq(t.url.RawQuery, "&") {
		if _, value, _ := strings.Cut(pair, "="); !strings.Contains(shown, value) {
			plain, _ := url.QueryUnescape(value)
			sent = append(sent, value, plain)
		}
	}
	for _, secret := range slices.Clone(sent) {
		sent = append(sent, writtenOtherwise(secret)...)
	}
	sent = slices.DeleteFunc(sent, func(s string) bool { return len(s) < secretLeast })
	slices.SortFunc(sent, func(a, b string) int { return len(b) - len(a) })
	return sent
}

// valueAfter is the value after the name of a secret: text in quotation marks, or a word.
var valueAfter = regexp.MustCompile(`^\s*(?:"((?:[^"\\]|\\.)*)"|[\\"']*([^\s"'\\&,;<>{}\[\]()]+))`)

// secretsIn are the secrets in what is sent, found by their names in JSON, XML or a form.
func secretsIn(sent string) []string {
	var secrets []string
	for _, at := range named.FindAllStringSubmatchIndex(sent, -1) {
		rest := sent[at[1]:]
		value := valueAfter.FindStringSubmatch(rest)
		if value == nil || !secretName.MatchString(nameIn(sent, at)) || harmlessValue.MatchString(rest) {
			continue
		}
		found := value[1] + value[2] // one of the two
		plain, _ := url.QueryUnescape(found)
		secrets = append(secrets, found, plain)
	}
	decoder := json.NewDecoder(strings.NewReader(sent))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) == nil {
		secrets = append(secrets, secretValues(value, false)...)
	}
	return secrets
}

// secretsInHeader are the value of a header, the credential after its scheme, the values of
// cookies, and the password in what RFC 7617 encodes.
func secretsInHeader(value string) []string {
	_, credential, _ := strings.Cut(value, " ") // of "Bearer …"
	secrets := append(secretsIn(value), value, credential)
	for cookie := range strings.SplitSeq(value, ";") {
		if _, said, is := strings.Cut(cookie, "="); is {
			secrets = append(secrets, said)
		}
	}
	if plain, err := base64.StdEncoding.DecodeString(credential); err == nil {
		_, password, _ := strings.Cut(string(plain), ":")
		secrets = append(secrets, password)
	}
	return secrets
}

var (
	// login is a line that gives a password to Redis, a mail or a file server.
	login = regexp.MustCompile(`^(?i:\S+\s+)?(?i:auth|pass|login)\s+(.+)`)
	// command is a line that has no secret in it.
	command = regexp.MustCompile(`^[A-Z]+$`)
)

// secretsInLines are the secrets in what is said over TCP: what a login is given, and words
// that stand alone, since some protocols ask for a password by itself.
func secretsInLines(said string) []string {
	secrets := secretsIn(said)
	for line := range strings.Lines(said) {
		words := strings.Fields(line)
		if len(words) == 1 && !command.MatchString(words[0]) {
			secrets = append(secrets, words[0])
		}
		if given := login.FindStringSubmatch(strings.TrimSpace(line)); given != nil {
			secrets = append(secrets, given[1], strings.Trim(words[len(words)-1], `"`))
		}
	}
	return secrets
}

// secretValues are the texts and numbers in a value of JSON that stand under the name of a
// secret; in a text there may be others.
func secretValues(value any, secret bool) (found []string) {
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			found = append(found, secretValues(inner, secret || secretName.MatchString(name))...)
		}
	case []any:
		for _, inner := range value {
			found = append(found, secretValues(inner, secret)...)
		}
	case string:
		if secret {
			return []string{value}
		}
		return secretsIn(value)
	case json.Number:
		if secret {
			return []string{value.String()}
		}
	}
	return found
}

// writtenOtherwise is a secret as it stands in JSON, in a query and in HTML.
func writtenOtherwise(secret string) []string {
	inJSON, _ := json.Marshal(secret) // never fails for text
	var plain strings.Builder
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(secret) // never fails for text
	return []string{
		string(inJSON[1 : len(inJSON)-1]), plain.String()[1 : plain.Len()-2], // without quotation marks and line break
		url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret),
	}
}

// nameIn is the name that named has found in text.
func nameIn(text string, at []int) string {
	return text[max(at[2], at[4], at[6]):max(at[3], at[5], at[7])]
}
