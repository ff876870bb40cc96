package access

import (
	"strings"

	gossh "golang.org/x/crypto/ssh"
)

// nameLimit is the longest name, in bytes: it stands before every line of a timeline.
const nameLimit = 24

// reserved are the names that warroom itself has in a timeline.
var reserved = []string{"system", "aws", "warroom"}

// handle makes a name of a text that others wrote: of [a-z0-9._-], at most 24 of them,
// so that no two names look alike. Everything else becomes "-". It returns "" if nothing
// is left by which somebody could be known, and for names that warroom itself has.
func handle(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
		default:
			r = '-'
		}
		if b.WriteByte(byte(r)); b.Len() == 4*nameLimit {
			break
		}
	}
	name := strings.Trim(b.String(), "-._")
	name = strings.TrimRight(name[:min(len(name), nameLimit)], "-._")
	for _, taken := range reserved {
		if name == taken {
			return ""
		}
	}
	return name
}

// IsName says whether somebody can be called something like a text. What a name may not
// have in it becomes "-", capitals become small.
func IsName(text string) bool { return handle(text) != "" }

// handleOf is the handle of a comment or a certificate's id, such as "ana@laptop".
func handleOf(comment string) string {
	if end := strings.IndexAny(comment, " \t@"); end >= 0 {
		comment = comment[:end]
	}
	return handle(comment)
}

// named is the handle, or a name from the fingerprint where there is none.
func named(handle string, key gossh.PublicKey) string {
	if handle == "" {
		return "key-" + start(key, 6)
	}
	return handle
}

// apart makes another name of one that somebody with another role has.
func apart(name string, key gossh.PublicKey) string {
	const suffix = 4
	return name[:min(len(name), nameLimit-1-suffix)] + "~" + start(key, suffix)
}

// start is how the fingerprint of a key begins, in letters that a name may have.
func start(key gossh.PublicKey, length int) string {
	print := strings.TrimPrefix(gossh.FingerprintSHA256(key), "SHA256:")
	return strings.Map(func(r rune) rune {
		if r == '+' || r == '/' {
			return '-'
		}
		return r
	}, strings.ToLower(print[:length]))
}
