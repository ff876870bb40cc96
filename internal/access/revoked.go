package access

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io/fs"
	"maps"
	"strconv"
	"strings"

	gossh "golang.org/x/crypto/ssh"

	"warroom/internal/clean"
)

// idLimit bounds the id of a certificate, in runes, where it is shown.
const idLimit = 64

// revocations are what may not be used any more, each with the line that says so.
type revocations struct {
	serials map[uint64]int
	ids     map[string]int
	keys    map[string]int // by fingerprint
}

// key says in which line a key is revoked.
func (r revocations) key(key gossh.PublicKey) (line int, gone bool) {
	line, gone = r.keys[gossh.FingerprintSHA256(key)]
	return line, gone
}

// certificate says in which line a certificate is revoked, itself, its key or its CA. An
// id counts as it is and as it is shown.
func (r revocations) certificate(c *gossh.Certificate) (line int, gone bool) {
	if line, gone = r.serials[c.Serial]; gone {
		return line, true
	}
	for _, id := range []string{c.KeyId, clean.Line(c.KeyId, idLimit)} {
		if line, gone = r.ids[id]; gone {
			return line, true
		}
	}
	for _, key := range []gossh.PublicKey{c.Key, c.SignatureKey} {
		if line, gone = r.key(key); gone {
			return line, true
		}
	}
	return 0, false
}

// parseRevoked reads a file of what is revoked. Its lines are
//
//	serial: 12
//	id: ana@corp
//	SHA256:…
//	ssh-ed25519 AAAA…
//
// with a comment after the last two.
func parseRevoked(path string, content []byte) (revocations, []Problem) {
	r := revocations{map[uint64]int{}, map[string]int{}, map[string]int{}}
	var problems []Problem
	eachLine(content, func(number int, line string) {
		if isNothing(line) {
			return
		}
		if err := r.take(number, line); err != nil {
			problems = append(problems, problemOf(path, number, err))
		}
	})
	return r, problems
}

func (r revocations) take(number int, line string) error {
	if err := checkLine(line); err != nil {
		return err
	}
	word, rest := firstWord(line)
	switch {
	case strings.EqualFold(word, "serial:"):
		serial, err := strconv.ParseUint(rest, 10, 64)
		if err != nil || serial == 0 {
			return wrong("write serial: and a number from 1 up; certificates without one are revoked by id:", "%s is not a serial number", quote(rest))
		}
		r.serials[serial] = number
	case strings.EqualFold(word, "id:"):
		if rest == "" {
			return wrong("write id: and the id", "the id is missing")
		}
		r.ids[rest] = number
	case strings.HasPrefix(word, "SHA256:"):
		if !IsFingerprint(word) {
			return wrong("copy it again, as ssh-keygen -l prints it", "%s is not a whole fingerprint", quote(word))
		}
		r.keys[word] = number
	default:
		key, err := anyKey(line)
		if err != nil {
			return wrong("write serial: N, id: ID, SHA256:… or a public key", "the line is nothing that can be revoked")
		}
		r.keys[gossh.FingerprintSHA256(key)] = number
	}
	return nil
}

// anyKey reads a public key however weak, and of a certificate the key in it: what is
// revoked need not be good.
func anyKey(line string) (gossh.PublicKey, error) {
	key, _, options, _, err := gossh.ParseAuthorizedKey([]byte(line))
	if err != nil {
		return nil, err
	}
	if len(options) > 0 {
		return nil, errors.New("it has options")
	}
	if c, ok := key.(*gossh.Certificate); ok {
		return c.Key, nil
	}
	return key, nil
}

// IsFingerprint says whether a text is a whole fingerprint, such as ssh-keygen -l prints
// it: SHA256: and 43 letters.
func IsFingerprint(text string) bool {
	encoded, ok := strings.CutPrefix(text, "SHA256:")
	sum, err := base64.RawStdEncoding.Strict().DecodeString(encoded)
	return ok && err == nil && len(sum) == 32
}

// readRevoked reads the file of what is revoked, which need not be there. While it
// cannot be read, or has lines that nobody understands, nothing stops being revoked.
func readRevoked(before part[revocations], path string) part[revocations] {
	if path != "" && !before.loaded {
		if _, err := ReadFile(path); errors.Is(err, fs.ErrNotExist) {
			return part[revocations]{path: path}
		}
	}
	now := readPart(before, path, parseRevoked)
	if now.failed() {
		now.holds = now.holds.and(before.holds)
	}
	return now
}

// and is what either says.
func (r revocations) and(other revocations) revocations {
	return revocations{both(r.serials, other.serials), both(r.ids, other.ids), both(r.keys, other.keys)}
}

func both[K comparable](now, before map[K]int) map[K]int {
	sum := maps.Clone(before)
	if sum == nil {
		sum = map[K]int{}
	}
	maps.Copy(sum, now)
	return sum
}

// RevokeLine is the line that revokes the certificates with an id, to be appended to a
// file of what is revoked. The error says what is wrong with the id and what next.
func RevokeLine(id string) (string, error) {
	line := "id: " + id
	if err := checkLine(line); err != nil || id == "" || strings.Trim(id, " \t") != id {
		return "", wrong("write it as the log shows it", "%s is not an id that a line can hold", quote(id))
	}
	return line, nil
}

// Without is a file without those of its lines that hold one of the keys with these
// fingerprints, in good lines or in second ones; all others stay byte for byte. It also
// returns how many lines it left out.
func Without(content []byte, fingerprints map[string]bool) (rest []byte, gone int) {
	whole := bytes.SplitAfter(content, []byte("\n"))
	eachLine(content, func(number int, line string) {
		if e, err := parseLine(line); err == nil && fingerprints[e.Fingerprint()] {
			whole[number-1] = nil
			gone++
		}
	})
	return bytes.Join(whole, nil), gone
}
