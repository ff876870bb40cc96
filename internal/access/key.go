package access

import (
	"crypto/rsa"
	"encoding/base64"
	"strings"

	gossh "golang.org/x/crypto/ssh"
)

// leastRSA is the shortest RSA key that is taken, in bits. Source: NIST SP 800-131A,
// revision 2, section 3.
const leastRSA = 2048

const newKey = "make one with ssh-keygen -t ed25519"

// looksLikeType says whether a word is in the place of a key's type, and not an option.
func looksLikeType(word string) bool {
	for _, prefix := range []string{"ssh-", "ecdsa-", "sk-", "rsa-sha2-", "webauthn-"} {
		if strings.HasPrefix(word, prefix) {
			return true
		}
	}
	return false
}

// readKey reads "type base64 comment".
func readKey(text string) (key gossh.PublicKey, comment string, err error) {
	kind, rest := firstWord(text)
	encoded, comment := firstWord(rest)
	switch {
	case strings.HasPrefix(kind, "-----BEGIN"):
		return nil, "", wrong("take it away, and put the .pub file's line there", "it is a private key, which belongs on nobody else's machine")
	case strings.Contains(kind, "-cert-v01@"):
		return nil, "", wrong("trust the CA that signed it, with --trusted-ca", "it is a certificate, not a key")
	case kind == "ssh-dss":
		return nil, "", wrong(newKey, "keys of the type ssh-dss are broken")
	case !looksLikeType(kind):
		return nil, "", wrong("write it as a .pub file has it", "where the type of the key belongs is something else")
	case encoded == "":
		return nil, "", wrong("write it as a .pub file has it", "after %s there is no key", quote(kind))
	}
	wire, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, "", wrong("copy it again, in one piece", "the key is not whole")
	}
	key, err = gossh.ParsePublicKey(wire)
	if err != nil {
		return nil, "", wrong("copy it again, in one piece, or make one with ssh-keygen -t ed25519", "the key is not whole, or of a type that is not known")
	}
	if key.Type() != kind {
		return nil, "", wrong("copy it again", "it says %s and holds a key of the type %s", quote(kind), quote(key.Type()))
	}
	if err := checkKey(key); err != nil {
		return nil, "", err
	}
	return key, comment, nil
}

// checkKey refuses keys with which nobody should enter, nor sign for others.
func checkKey(key gossh.PublicKey) error {
	if _, certified := key.(*gossh.Certificate); certified {
		return wrong("trust the CA that signed it, with --trusted-ca", "it is a certificate, not a key")
	}
	if key.Type() == "ssh-dss" {
		return wrong(newKey, "keys of the type ssh-dss are broken")
	}
	if held, ok := key.(gossh.CryptoPublicKey); ok {
		if key, ok := held.CryptoPublicKey().(*rsa.PublicKey); ok && key.N.BitLen() < leastRSA {
			return wrong(newKey, "the RSA key has %d bits and needs %d", key.N.BitLen(), leastRSA)
		}
	}
	return nil
}

// firstWord parts a text at its first blanks.
func firstWord(text string) (word, rest string) {
	text = strings.Trim(text, " \t")
	end := strings.IndexAny(text, " \t")
	if end < 0 {
		return text, ""
	}
	return text[:end], strings.Trim(text[end:], " \t")
}
