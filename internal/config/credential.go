package config

import (
	"encoding/base64"
	"regexp"
	"strings"
)

// referenceMark stands where a reference stood in text that is looked through for
// secrets. No file can hold it in a header or URL.
const referenceMark = "\x00"

var (
	// secretName matches the names of headers and of query keys that hold secrets:
	// Authorization, Cookie, X-Api-Key, X-Vault, access_token, sig … An author is none.
	secretName = regexp.MustCompile(`(?i:auth(?:[^o]|ori[sz]|$)|cookie|token|secret|passw|passphrase|passcode|pwd|credential|signature|session|vault|jwt|bearer|api[-_]?key|(?:^|[-_.])(?:key|sig|pass|pw|pin|otp)$)|[a-z]Key$`)

	// secretField matches a field of JSON, XML, a form or a line that holds a secret:
	// its name, what the name goes on with, and the beginning of its value.
	secretField = regexp.MustCompile(`(?i)(?:passw|passphrase|passcode|pwd|(?:\b|_)pass\b|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|signature|authorization|cookie|jwt)([\w.-]*)(?:\\*["'])?\s*[:=>]\s*(?:\\*["'])?([^\s"'\\&,;{}\[\]<>]*)`)

	// secretLine matches the commands with which Redis, mail and file servers are
	// given a password.
	secretLine = regexp.MustCompile(`(?m)^\s*(?:AUTH|auth|PASS|pass)[ \t]+(.*\S)`)

	// secretShape matches what is a secret by its looks: what follows an authorization
	// scheme, a JSON Web Token, the keys of AWS, GitHub, GitLab, Slack, Stripe, Vault
	// and Google, and a private key.
	secretShape = regexp.MustCompile(`\b(?i:bearer|negotiate|apikey)[ \t]+[A-Za-z0-9._~+/=-]` +
		`|\beyJ[A-Za-z0-9_-]{8}` +
		`|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b` +
		`|\b(?:gh[oprsu]_|github_pat_|glpat-|xox[a-z]-|[rs]k_(?:live|test)_|hvs\.|AIza)[A-Za-z0-9_-]{8}` +
		`|-----BEGIN [A-Z ]*PRIVATE KEY`)

	// basicValue is what follows the scheme Basic, user:password in Base64.
	// Source: RFC 7617, 2.
	basicValue = regexp.MustCompile(`\b(?i:basic)[ \t]+([A-Za-z0-9+/]+)`)

	// schemeWord is the name of an authorization scheme before its value.
	schemeWord = regexp.MustCompile(`^(?i:bearer|basic|token|apikey|negotiate)[ \t]+$`)

	// alphanumerics are letters and digits in a row, long enough for a secret.
	alphanumerics = regexp.MustCompile(`[A-Za-z0-9]{16,}`)
)

// holdsSecret says whether text has something in it that is a secret by its looks,
// or by what stands before it. References are marks in it.
func holdsSecret(text string) bool {
	if secretShape.MatchString(text) {
		return true
	}
	for _, found := range basicValue.FindAllStringSubmatch(text, -1) {
		if value, err := base64.RawStdEncoding.DecodeString(found[1]); err == nil && strings.Contains(string(value), ":") {
			return true
		}
	}
	for _, found := range secretField.FindAllStringSubmatch(text, -1) {
		counts := strings.HasPrefix(strings.ToLower(found[1]), "s") // max_tokens is a number
		if value := found[2]; !counts && value != "" && !strings.HasPrefix(value, referenceMark) && !contains([]string{"null", "true", "false"}, value) {
			return true
		}
	}
	for _, found := range secretLine.FindAllStringSubmatch(text, -1) {
		words := strings.Fields(found[1])
		if !strings.Contains(words[len(words)-1], referenceMark) {
			return true
		}
	}
	return false
}

// leastTurns is how often letters and digits take turns in what no person has thought
// up: nearly every random key of 32 characters has more, and a date has three.
const leastTurns = 4

// looksRandom says whether text has letters and digits in a row that no person would
// write: a key or a hash. A UUID is none, since it names things.
func looksRandom(text string) bool {
	for _, run := range alphanumerics.FindAllString(text, -1) {
		if turns(run) >= leastTurns {
			return true
		}
	}
	return false
}

// turns counts how often letters and digits take turns.
func turns(run string) int {
	count := 0
	for i := 1; i < len(run); i++ {
		if isDigit(run[i]) != isDigit(run[i-1]) {
			count++
		}
	}
	return count
}

func isDigit(char byte) bool { return char >= '0' && char <= '9' }
