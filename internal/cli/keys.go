package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"warroom/internal/access"
	"warroom/internal/config"
)

// keysCommand are the commands that say who may enter the shared room.
func (a *app) keysCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "keys",
		Short:   "Say who may enter the shared room over SSH",
		Long:    "Keys stand in a file as sshd has one, with a role before each; docs/roles.md shows it. A change\ncounts at once in a room that is being served.",
		Example: "warroom keys add --role responder ana.pub\nwarroom keys list\nwarroom keys revoke ana",
	}
	authorized := cmd.PersistentFlags().String("authorized-keys", "", "the `FILE` of keys; else authorized_keys in the user's config directory")
	cmd.AddCommand(a.addKeysCommand(authorized), a.listKeysCommand(authorized), a.revokeKeysCommand(authorized))
	return cmd
}

func (a *app) listKeysCommand(authorized *string) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the keys, and the lines that are no good",
		Long:    "Exit status 1 if a line is no good and so lets nobody in.",
		Example: "warroom keys list", Args: atMost(0),
		RunE: func(*cobra.Command, []string) error {
			path, err := keysPath(*authorized)
			if err != nil {
				return err
			}
			return a.listKeys(path)
		},
	}
}

// keysPath is the file of keys that is meant.
func keysPath(given string) (string, error) {
	if given == "" {
		given = config.UserKeys()
	}
	if given == "" {
		return "", errors.New("the user has no home directory for a file of keys; name one with --authorized-keys FILE")
	}
	return given, nil
}

// readKeys reads a file of keys; none is as good as an empty one where that is said.
func readKeys(path string, orNone bool) ([]byte, error) {
	content, err := access.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && orNone:
		return nil, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, &exit{exitCannot, fmt.Errorf("there is no file of keys at %s; `warroom keys add FILE` makes it, or name another one with --authorized-keys", path)}
	case err != nil:
		return nil, &exit{exitCannot, fmt.Errorf("%s: %w", path, reason(err))}
	}
	return content, nil
}

// changeFile changes a file, while no other warroom does, in one step and as one that
// only its owner reads. There need not be one before. A link is followed, and stays.
func changeFile(path string, change func(content []byte) ([]byte, error)) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return &exit{exitCannot, fmt.Errorf("%s cannot be written: %w", path, reason(err))}
	}
	unlock, err := lockFile(path + ".lock")
	if err != nil {
		return &exit{exitCannot, fmt.Errorf("%s cannot be written: %w", path, reason(err))}
	}
	defer unlock()
	content, err := readKeys(path, true)
	if err != nil {
		return err
	}
	next, err := change(content)
	if err != nil || string(next) == string(content) {
		return err
	}
	if err := replaceFile(path, next); err != nil {
		return &exit{exitCannot, fmt.Errorf("%s cannot be written: %w", path, reason(err))}
	}
	return nil
}

// withLine is a file with a line more at its end.
func withLine(content []byte, line string) []byte {
	if len(content) > 0 && content[len(content)-1] != '\n' {
		content = append(content, '\n')
	}
	return append(content, line+"\n"...)
}

func (a *app) listKeys(path string) error {
	content, err := readKeys(path, false)
	if err != nil {
		return err
	}
	entries, problems := access.Parse(path, content)
	if len(entries)+len(problems) == 0 {
		_, err = fmt.Fprintf(a.out, "nobody is in %s; `warroom keys add FILE` adds a key\n", printable(path))
		return err
	}
	table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tROLE\tKEY\tFROM\tEXPIRES")
	for _, e := range entries {
		from := e.From.String()
		if from == "" {
			from = "anywhere"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", e.Name, e.Role, e.Fingerprint(), from, ends(e, time.Now()))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, p := range problems {
		if _, err := fmt.Fprintln(a.out, printable(p.Error())); err != nil {
			return err
		}
	}
	if len(problems) > 0 {
		return &exit{status: exitTrouble}
	}
	return nil
}

// ends says when a key stops.
func ends(e access.Entry, now time.Time) string {
	if e.Expires.IsZero() {
		return "never"
	}
	at := e.Expires.UTC().Format("2006-01-02 15:04 UTC")
	if e.Expired(now) {
		return "expired " + at
	}
	return at
}

// countKeys says how many keys, in words.
func countKeys(n int) string {
	if n == 1 {
		return "one key"
	}
	return fmt.Sprintf("%d keys", n)
}

// isKeyText says whether an argument is a public key and not the name of a file.
func isKeyText(argument string) bool {
	return strings.ContainsAny(strings.TrimSpace(argument), " \t\n") && !fileThere(argument)
}

func fileThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
