package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"

	"warroom/internal/access"
	"warroom/internal/config"
	"warroom/internal/room"
)

// newKeys is what keys add was told about the keys.
type newKeys struct {
	role, name, from, expires string
}

func (a *app) addKeysCommand(authorized *string) *cobra.Command {
	var n newKeys
	cmd := &cobra.Command{
		Use: "add FILE|-|KEY", Short: "Let the keys of a file in",
		Long: "FILE is a .pub file, or one with many keys such as https://github.com/USER.keys gives; all of them\n" +
			"are added. - reads them from the input. KEY is the line of a .pub file itself, in quotes.\n" +
			"Without --name, the comment of a key names the person, and the name of a .keys file its keys.",
		Example: "warroom keys add --role responder ~/ana.pub\ncurl -s https://github.com/ana.keys | warroom keys add --name ana --role responder -\nwarroom keys add --role kiosk --from 192.0.2.0/24 wall.pub",
		Args:    atMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("keys add needs a FILE of public keys, - for the input, or a key in quotes")
			}
			return a.addKeys(*authorized, args[0], n)
		},
	}
	f := cmd.Flags()
	f.StringVar(&n.role, "role", string(room.Viewer), "what the keys may do: `ROLE` is admin, responder, viewer or kiosk")
	f.StringVar(&n.name, "name", "", "the person's `NAME` in the room")
	f.StringVar(&n.from, "from", "", "let them come only from these `ADDRESSES`, with commas between: 192.0.2.7, 10.0.0.0/8, !10.9.0.0/16")
	f.StringVar(&n.expires, "expires", "", "the `DAY` on whose beginning, in UTC, they stop, such as 2026-12-31")
	return cmd
}

func (a *app) addKeys(authorized, argument string, n newKeys) error {
	path, err := keysPath(authorized)
	if err != nil {
		return err
	}
	template, err := n.entry()
	if err != nil {
		return err
	}
	source, content, err := a.keysFrom(argument)
	if err != nil {
		return err
	}
	found, problems := access.ParsePlain(source, content)
	if len(found)+len(problems) == 0 {
		return &exit{exitCannot, fmt.Errorf("%s holds no key; name a .pub file", source)}
	}
	if name, isList := strings.CutSuffix(filepath.Base(source), ".keys"); isList && n.name == "" {
		n.name = name
	}
	said, failed, err := addTo(path, found, template, n.name)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(a.out, said); err != nil {
		return err
	}
	for _, p := range problems {
		printError(a.err, fang.Styles{}, p)
	}
	if failed || len(problems) > 0 {
		return &exit{status: exitCannot}
	}
	return nil
}

// addTo adds those keys that are not there yet, and says of each what became of it. It
// has failed if one is there and not as it was wanted.
func addTo(path string, found []access.Entry, template access.Entry, name string) (said string, failed bool, err error) {
	var added []string
	var b strings.Builder
	err = changeFile(path, func(content []byte) ([]byte, error) {
		there, _ := access.Parse(path, content)
		next := bytes.Clone(content)
		for _, e := range found {
			if i := slices.IndexFunc(there, func(t access.Entry) bool { return t.Fingerprint() == e.Fingerprint() }); i >= 0 {
				said, differs := isThere(there[i], template)
				failed = failed || differs
				b.WriteString(said)
				continue
			}
			e.Role, e.From, e.Expires = template.Role, template.From, template.Expires
			if name != "" {
				e = e.Named(name)
			}
			next = withLine(next, e.String())
			added = append(added, e.Fingerprint())
		}
		after, _ := access.Parse(path, next) // with the names that they have among the others
		for _, e := range after {
			if slices.Contains(added, e.Fingerprint()) {
				fmt.Fprintf(&b, "added %s as %s, %s\n", e.Name, e.Role, e.Fingerprint())
			}
		}
		return next, nil
	})
	return b.String(), failed, err
}

// isThere says of a key that it is there already, and whether that is not what was
// wanted of it.
func isThere(e, wanted access.Entry) (said string, differs bool) {
	said = fmt.Sprintf("%s is there already as %s, %s, in line %d", e.Name, e.Role, e.Fingerprint(), e.Line)
	if e.Role != wanted.Role || e.From.String() != wanted.From.String() || !e.Expires.Equal(wanted.Expires) {
		said, differs = said+" with another role, from or expiry; revoke it first to change that", true
	}
	return said + "\n", differs
}

// entry is what all keys that are added have in common.
func (n newKeys) entry() (e access.Entry, err error) {
	e.Role = room.Role(n.role)
	if !slices.Contains(room.Roles, e.Role) {
		words := make([]string, len(room.Roles))
		for i, role := range room.Roles {
			words[i] = string(role)
		}
		return e, fmt.Errorf("--role: there is no role %q%s", n.role, config.Meant(n.role, words, "there are "+strings.Join(words, ", ")))
	}
	if n.name != "" && !access.IsName(n.name) {
		return e, fmt.Errorf("--name: nobody can be called %q; write letters from a to z, and not what warroom calls itself", n.name)
	}
	if n.from != "" {
		if e.From, err = access.ParseFrom(n.from); err != nil {
			return e, fmt.Errorf("--from: %w", err)
		}
	}
	if n.expires != "" {
		e.Expires, err = time.Parse(time.DateOnly, n.expires)
		if err != nil || e.Expires.Year() < 1970 {
			return e, fmt.Errorf("--expires: %q is not a day; write it like 2026-12-31", n.expires)
		}
		if e.Expired(time.Now()) {
			return e, fmt.Errorf("--expires: %s is over, so the keys would let nobody in; name a day to come", n.expires)
		}
	}
	return e, nil
}

// keysFrom reads the keys that an argument means, and says where they come from.
func (a *app) keysFrom(argument string) (source string, content []byte, err error) {
	const limit = 1 << 20 // hundreds of keys
	switch {
	case argument == "-":
		source = "the input"
		content, err = io.ReadAll(io.LimitReader(a.in, limit+1))
	case isKeyText(argument):
		return "the key", []byte(argument), nil
	default:
		source = argument
		var file *os.File
		if file, err = os.Open(argument); err == nil {
			content, err = io.ReadAll(io.LimitReader(file, limit+1))
			_ = file.Close()
		}
	}
	if err == nil && len(content) > limit {
		err = errors.New("it has more than a megabyte")
	}
	if err != nil {
		return "", nil, &exit{exitCannot, fmt.Errorf("%s cannot be read: %w; name a .pub file, or give the key itself in quotes", source, reason(err))}
	}
	return source, content, nil
}
