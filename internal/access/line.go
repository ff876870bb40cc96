package access

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"warroom/internal/clean"
	"warroom/internal/room"
)

// commentLimit bounds a comment, in runes.
const commentLimit = 100

// Entry is a line of an authorized_keys file that lets somebody in.
type Entry struct {
	Line     int // from 1
	Key      gossh.PublicKey
	Name     string // how others see the person
	Role     room.Role
	From     From
	Expires  time.Time // zero for never
	Zone     *time.Location
	Night    string
	Sessions int    // 0 for the default
	Comment  string // cleaned

	handle string // the name as the line says it, whatever other lines say
}

// Fingerprint is that of the key, as ssh-keygen -l prints it: "SHA256:…".
func (e Entry) Fingerprint() string { return gossh.FingerprintSHA256(e.Key) }

// expired says whether the line has ended.
func (e *Entry) expired(now time.Time) bool { return !e.Expires.IsZero() && !now.Before(e.Expires) }

// Expired says whether the line has ended at a moment.
func (e Entry) Expired(now time.Time) bool { return e.expired(now) }

// String is the entry as a line of an authorized_keys file, without its end.
func (e Entry) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, `role="%s",name="%s"`, e.Role, e.handle)
	if from := e.From.String(); from != "" {
		fmt.Fprintf(&b, `,from="%s"`, from)
	}
	if !e.Expires.IsZero() {
		fmt.Fprintf(&b, `,expiry-time="%s"`, e.Expires.UTC().Format(expiryForm))
	}
	if e.Zone != nil {
		fmt.Fprintf(&b, `,tz="%s"`, e.Zone)
	}
	if e.Night != "" {
		fmt.Fprintf(&b, `,night="%s"`, e.Night)
	}
	if e.Sessions > 0 {
		fmt.Fprintf(&b, `,sessions="%d"`, e.Sessions)
	}
	fmt.Fprintf(&b, " %s", strings.TrimSpace(string(gossh.MarshalAuthorizedKey(e.Key))))
	if e.Comment != "" {
		b.WriteString(" " + e.Comment)
	}
	return b.String()
}

// Parse reads an authorized_keys file. A line that cannot be used rejects only itself
// and is a Problem, which names the file by the given path. Of a key that is there twice
// the first line counts. Source: sshd(8), AUTHORIZED_KEYS FILE FORMAT.
func Parse(path string, content []byte) ([]Entry, []Problem) {
	entries, problems := parseKeys(path, content, parseLine)
	nameAll(entries)
	return entries, problems
}

// ParsePlain reads public keys without options, such as a .pub file or what GitHub has
// under USER.keys. A stranger's file must not say which role its keys have.
func ParsePlain(path string, content []byte) ([]Entry, []Problem) {
	return parseKeys(path, content, func(line string) (Entry, error) {
		return parsePlain(line, "say --role, --name, --from and --expires instead")
	})
}

// parseAuthorities reads a file of public keys of CAs.
func parseAuthorities(path string, content []byte) ([]Entry, []Problem) {
	return parseKeys(path, content, func(line string) (Entry, error) {
		return parsePlain(line, "write only the public key of a CA on a line")
	})
}

func parsePlain(line, next string) (Entry, error) {
	if err := checkLine(line); err != nil {
		return Entry{}, err
	}
	if _, rest, err := splitOptions(line); err == nil && looksLikeType(rest) {
		return Entry{}, wrong(next, "options before the key are not taken here")
	}
	e := Entry{Role: room.Viewer}
	return e, e.readKey(line)
}

// parseKeys reads every line that is not empty or a comment.
func parseKeys(path string, content []byte, parse func(string) (Entry, error)) (entries []Entry, problems []Problem) {
	first := map[string]int{} // where a key was read, by its wire form
	private := false          // inside of a private key, of whose lines nothing is to be said
	eachLine(content, func(number int, line string) {
		if isNothing(line) {
			return
		}
		e, err := parse(line)
		if private && err != nil {
			private = !strings.HasPrefix(line, "-----END")
			return
		}
		private = strings.HasPrefix(line, "-----BEGIN")
		if err == nil {
			if before, there := first[string(e.Key.Marshal())]; there {
				err = wrong("take one of them away", "the key stands in line %d already, which counts", before)
			}
		}
		if err != nil {
			problems = append(problems, problemOf(path, number, err))
			return
		}
		e.Line = number
		first[string(e.Key.Marshal())] = number
		entries = append(entries, e)
	})
	return entries, problems
}

// readKey takes the key and its comment.
func (e *Entry) readKey(text string) error {
	key, comment, err := readKey(text)
	if err != nil {
		return err
	}
	e.Key, e.Comment = key, clean.Line(comment, commentLimit)
	e.handle = handleOf(e.Comment)
	e.Name = named(e.handle, key)
	return nil
}

// parseLine reads a line: options, type, base64, comment.
func parseLine(line string) (Entry, error) {
	if err := checkLine(line); err != nil {
		return Entry{}, err
	}
	e := Entry{Role: room.Viewer}
	if word, _ := firstWord(line); looksLikeType(word) || strings.HasPrefix(word, "-----") {
		return e, e.readKey(line)
	}
	options, rest, err := splitOptions(line)
	if err != nil {
		return Entry{}, err
	}
	if err := checkOptions(options); err != nil {
		return Entry{}, err
	}
	if err := e.readKey(rest); err != nil {
		return Entry{}, err
	}
	for _, o := range options {
		if err := e.take(o); err != nil {
			return Entry{}, err
		}
	}
	e.Name = named(e.handle, e.Key)
	return e, nil
}

// option is one option of a line.
type option struct {
	name  string // in lower case
	value string
	given bool // it has a value
}

// splitOptions reads the options up to the first blank that is not quoted. A quote in a
// value is written as \".
func splitOptions(line string) (options []option, rest string, err error) {
	line = strings.Trim(line, " \t")
	var word, value strings.Builder
	quoted, given, closed := false, false, false
	end := func() {
		options = append(options, option{strings.ToLower(word.String()), value.String(), given})
		word.Reset()
		value.Reset()
		given, closed = false, false
	}
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quoted && c == '\\' && strings.HasPrefix(line[i:], `\"`):
			value.WriteByte('"')
			i++
		case c == '"' && !given:
			return nil, "", wrong(`write name="value"`, "there is a quote before =")
		case c == '"' && quoted:
			quoted, closed = false, true
		case quoted:
			value.WriteByte(c)
		case c == '"' && !closed:
			quoted = true
		case c == ',':
			end()
		case c == ' ' || c == '\t':
			end()
			return options, strings.Trim(line[i:], " \t"), nil
		case c == '=' && !given:
			given = true
		case given:
			return nil, "", wrong(`write name="value"`, "the value of an option is not in quotes")
		default:
			word.WriteByte(c)
		}
	}
	if quoted {
		return nil, "", wrong("end it", "a quote is not ended")
	}
	return nil, "", wrong("write it as a .pub file has it", "the line holds no key")
}

// nameAll gives people their names. Two keys with one name are one person's, unless
// their roles differ: then the second has a name of its own.
func nameAll(entries []Entry) {
	roles := map[string]room.Role{}
	for i := range entries {
		e := &entries[i]
		e.Name = named(e.handle, e.Key)
		if role, taken := roles[e.Name]; taken && role != e.Role {
			e.Name = apart(e.Name, e.Key)
		}
		roles[e.Name] = e.Role
	}
}

// number is a whole number from 1 up to a limit.
func number(text string, limit int) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 1 && n <= limit && strconv.Itoa(n) == text
}

// Named is the entry with another name, which is made fit to be one.
func (e Entry) Named(name string) Entry {
	e.handle = handle(name)
	e.Name = named(e.handle, e.Key)
	return e
}
