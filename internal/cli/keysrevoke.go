package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"warroom/internal/access"
	"warroom/internal/config"
)

func (a *app) revokeKeysCommand(authorized *string) *cobra.Command {
	var id, serial, revoked string
	cmd := &cobra.Command{
		Use: "revoke NAME|SHA256:…", Short: "Show somebody out, or a key, or a certificate",
		Long: "Takes every key of a person, or the one whose fingerprint begins so, out of the file of keys; the\n" +
			"rest of the file stays as it is. With --cert-id or --serial, it puts a certificate on the list of\n" +
			"those that are revoked; the serial of whichever CA.",
		Example: "warroom keys revoke ana\nwarroom keys revoke SHA256:h5rJ\nwarroom keys revoke --cert-id ana@corp", Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			lines, err := revokeLines(cmd.Flags().Changed("cert-id"), id, cmd.Flags().Changed("serial"), serial)
			switch {
			case err != nil:
				return err
			case len(args)+len(lines) == 0:
				return errors.New("keys revoke needs a NAME, a fingerprint, --cert-id ID or --serial N; `warroom keys list` lists names and fingerprints")
			}
			if len(args) > 0 {
				if err := a.revokeKeys(*authorized, args[0]); err != nil {
					return err
				}
			}
			return a.revokeCertificates(revoked, lines)
		},
	}
	f := cmd.Flags()
	f.StringVar(&id, "cert-id", "", "revoke the certificates with this `ID`")
	f.StringVar(&serial, "serial", "", "revoke the certificates with this serial `NUMBER`")
	f.StringVar(&revoked, "revoked", "", "the `FILE` of what is revoked; else revoked_keys in the user's config directory")
	return cmd
}

// revokeLines are the lines for a file of what is revoked.
func revokeLines(hasID bool, id string, hasSerial bool, serial string) (lines []string, err error) {
	if hasID {
		line, err := access.RevokeLine(id)
		if err != nil {
			return nil, fmt.Errorf("--cert-id: %w", err)
		}
		lines = append(lines, line)
	}
	if hasSerial {
		number, err := strconv.ParseUint(serial, 10, 64)
		if err != nil || number == 0 {
			return nil, fmt.Errorf("--serial: %q is not a serial number; write a number from 1 up, or revoke by --cert-id", serial)
		}
		lines = append(lines, fmt.Sprintf("serial: %d", number))
	}
	return lines, nil
}

// revokeKeys takes somebody's keys out of the file.
func (a *app) revokeKeys(authorized, who string) error {
	path, err := keysPath(authorized)
	if err != nil {
		return err
	}
	if _, err := readKeys(path, false); err != nil {
		return err
	}
	count := 0
	err = changeFile(path, func(content []byte) ([]byte, error) {
		entries, _ := access.Parse(path, content)
		prints, err := meant(entries, who)
		if err != nil {
			return nil, &exit{exitCannot, err}
		}
		count = len(prints)
		rest, _ := access.Without(content, prints)
		return rest, nil
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "revoked %s of %s\n", countKeys(count), printable(who))
	return err
}

// meant are the fingerprints of the keys that a name or the beginning of a fingerprint
// means.
func meant(entries []access.Entry, who string) (map[string]bool, error) {
	prints := map[string]bool{}
	byKey := strings.HasPrefix(who, "SHA256:")
	var names []string
	for _, e := range entries {
		if e.Name == who || byKey && strings.HasPrefix(e.Fingerprint(), who) {
			prints[e.Fingerprint()] = true
		}
		if !slices.Contains(names, e.Name) {
			names = append(names, e.Name)
		}
	}
	switch {
	case len(prints) == 0 && byKey:
		return nil, fmt.Errorf("no key has a fingerprint that begins with %s; `warroom keys list` lists them", who)
	case len(prints) == 0:
		return nil, fmt.Errorf("nobody is called %q%s", who, config.Meant(who, names, "`warroom keys list` lists the names"))
	case len(prints) > 1 && byKey:
		return nil, fmt.Errorf("%d keys have a fingerprint that begins with %s; write more of it", len(prints), who)
	}
	return prints, nil
}

// revokeCertificates puts lines on the list of what is revoked, unless they are there.
func (a *app) revokeCertificates(path string, lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	if path == "" {
		path = config.UserRevoked()
	}
	if path == "" {
		return errors.New("the user has no home directory for a file of what is revoked; name one with --revoked FILE")
	}
	err := changeFile(path, func(content []byte) ([]byte, error) {
		there := strings.Split(strings.ReplaceAll(string(content), "\r\n", "\n"), "\n")
		for _, line := range lines {
			if !slices.Contains(there, line) {
				content = withLine(content, line)
			}
		}
		return content, nil
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "revoked certificates with %s, in %s\n", printable(strings.Join(lines, " or ")), printable(path))
	return err
}
