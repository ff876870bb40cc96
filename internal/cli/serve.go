package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	gossh "golang.org/x/crypto/ssh"

	"warroom/internal/access"
	"warroom/internal/clean"
	"warroom/internal/config"
	"warroom/internal/presence"
	"warroom/internal/room"
	"warroom/internal/serve"
)

// serveFlags are what a served room takes beside the flags of every command.
type serveFlags struct {
	listen, authorized, trustedCA, revoked, audit string
	hostKeys                                      []string
	exempt                                        []string
	openViewers, tui                              bool
}

// defaultListen reaches nobody but this machine: whom else to let at the door is for the
// one to say who knows the network.
const defaultListen = "127.0.0.1:23234"

func (f *serveFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", defaultListen, "take connections at `ADDRESS:PORT`")
	flags.StringSliceVar(&f.hostKeys, "host-key", nil, "the server's private key in a `FILE`; made at the first start in the state directory. Twice, while one takes the place of another")
	flags.StringVar(&f.authorized, "authorized-keys", "", "who may come in, in a `FILE`; else authorized_keys in the config directory")
	flags.StringVar(&f.trustedCA, "trusted-ca", "", "let in who has a certificate by one of the keys in this `FILE`")
	flags.StringVar(&f.revoked, "revoked", "", "keys and certificates that are not let in, in a `FILE`; else revoked_keys beside the authorized keys")
	flags.StringVar(&f.audit, "audit", "", "append who came and what they did to a `FILE`, as JSON; else audit.jsonl in the state directory")
	flags.StringSliceVar(&f.exempt, "exempt", []string{"127.0.0.0/8", "::1/128"}, "`NETWORKS` that are not kept out for what they tried")
	flags.BoolVar(&f.openViewers, "open-viewers", false, "let everybody on this machine look without a key; only where --listen is this machine alone")
	flags.BoolVar(&f.tui, "tui", false, "show the room here as well")
}

func (a *app) serveCommand() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Share the room over SSH",
		Long: "Watches what `warroom` watches, and lets everybody in over SSH whose key is known: each with a\n" +
			"screen of their own, all in one room. What a key may do is its role; see docs/roles.md.",
		Example: "warroom keys add --name ana --role responder ana.pub\nwarroom serve --listen :23234\nssh -t -p 23234 war.example.com",
		Args:    atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.runLive(cmd.Context(), a.served(f))
		},
	}
	f.add(cmd)
	return cmd
}

// served shares a room until it is stopped, or the screen here is left.
func (a *app) served(f serveFlags) shown {
	return func(ctx context.Context, v forms, log *ownLog) error {
		if v.kept.readOnly != "" {
			return &exit{exitCannot, errors.New("this room cannot be shared from here: " + v.kept.readOnly)}
		}
		if f.tui && a.plain() {
			return errors.New("--tui needs a terminal to draw on; take it away, or start this in one")
		}
		o, watch, err := a.serveOptions(f, v, log)
		if err != nil {
			return err
		}
		audit, err := a.openAudit(f.audit)
		if err != nil {
			return err
		}
		defer audit.Close()
		o.Audit = slog.New(slog.NewJSONHandler(audit, nil))
		server, err := serve.New(o)
		if err != nil {
			return err
		}
		listener, err := net.Listen("tcp", f.listen)
		if err != nil {
			return fmt.Errorf("--listen %s: %w; name another address or port", f.listen, netReason(err))
		}
		ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
		defer stop()
		watch(ctx, server.Review)
		a.announce(f, listener.Addr(), o, log)
		failed := make(chan error, 1)
		go func() { failed <- server.Serve(listener) }()
		o.Audit.Info("open", "address", listener.Addr().String(), "room", v.screen.Room.Name())
		defer o.Audit.Info("closed") // when everybody has left
		defer server.Stop()
		if f.tui {
			return a.showHost(ctx, v, o.Roster, server, log)
		}
		select {
		case err := <-failed:
			return err
		case <-ctx.Done():
			return nil
		}
	}
}

// showHost shows the room here too, to one among its people.
func (a *app) showHost(ctx context.Context, v forms, roster *presence.Roster, server *serve.Server, log *ownLog) error {
	me := room.Person{Name: actor(), Role: room.Admin}
	seat := roster.Enter(me, v.kept.room.Now())
	defer seat.Leave()
	v.kept.room.Came(me, "as admin, at this machine")
	defer v.kept.room.Left(me, "")
	v.screen.Roster, v.screen.Seat, v.screen.Hosts = roster, seat, true
	v.screen.Remove = func(id uint64) error { return server.ShowOut(id, me) }
	return a.show(ctx, v, log)
}

// serveOptions is what a server is made of, and what watches its keys.
func (a *app) serveOptions(f serveFlags, v forms, log *ownLog) (serve.Options, func(context.Context, func()), error) {
	o := serve.Options{Room: v.kept.room, Roster: new(presence.Roster), OpenViewers: f.openViewers, Log: log.Logger}
	watch := func(context.Context, func()) {}
	if f.openViewers && !onlyHere(f.listen) {
		return o, nil, fmt.Errorf("--open-viewers lets everybody in who reaches %s; listen at 127.0.0.1, or give people keys with `warroom keys add`", f.listen)
	}
	authorized, revoked := a.keyFiles(f)
	keyring, err := access.Open(access.Options{Authorized: authorized, TrustedCA: f.trustedCA, Revoked: revoked, Now: time.Now, Log: log.Logger})
	switch {
	case err == nil:
		o.Keyring = keyring
		v.screen.Reload = also(v.screen.Reload, keyring.Reload)
		for _, problem := range keyring.Problems() {
			fmt.Fprintln(a.err, "warroom: "+printable(problem.Error()))
		}
		watch = func(ctx context.Context, changed func()) {
			go func() {
				if err := keyring.Watch(ctx, changed); err != nil && ctx.Err() == nil {
					log.Warn("the keys are not watched for changes; start again after a change", "why", err)
				}
			}()
		}
	case !f.openViewers || f.authorized != "" || f.trustedCA != "":
		return o, nil, err
	}
	for _, text := range f.exempt {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return o, nil, fmt.Errorf("--exempt: %q is no network; write one such as 10.0.0.0/8", text)
		}
		o.Exempt = append(o.Exempt, network)
	}
	paths := f.hostKeys
	if len(paths) == 0 {
		paths = []string{filepath.Join(a.stateDir(), "host_ed25519")}
	}
	for _, path := range paths {
		key, _, err := serve.HostKey(path)
		if err != nil {
			return o, nil, err
		}
		o.HostKeys = append(o.HostKeys, key)
	}
	a.furnish(&o, v, log)
	return o, watch, nil
}

// also does two things that may fail, the first if there is any.
func also(first, second func() error) func() error {
	return func() error {
		if first == nil {
			return second()
		}
		return errors.Join(first(), second())
	}
}

// onlyHere says whether an address is reached from this machine alone.
func onlyHere(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// keyFiles are the files of keys, those named or those at their usual places.
func (a *app) keyFiles(f serveFlags) (authorized, revoked string) {
	authorized = cmp.Or(f.authorized, config.UserKeys())
	revoked = f.revoked
	if revoked == "" && authorized != "" {
		revoked = filepath.Join(filepath.Dir(authorized), "revoked_keys")
	}
	return authorized, revoked
}

// openAudit opens the audit log to be added to. Only its owner can read it.
func (a *app) openAudit(path string) (*os.File, error) {
	if path == "" {
		if path = filepath.Join(a.stateDir(), "audit.jsonl"); a.stateDir() == "" {
			return nil, errors.New("this user has no home for an audit log; name a file with --audit")
		}
		_ = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the audit log %s cannot be written: %w; name another with --audit", path, reason(err))
	}
	return file, nil
}

// announce says how to come in, and how to know that it is the right host.
func (a *app) announce(f serveFlags, at net.Addr, o serve.Options, log *ownLog) {
	host, port, _ := net.SplitHostPort(at.String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host, _ = os.Hostname()
	}
	lines := []string{"the room is open at " + at.String(), fmt.Sprintf("join with   ssh -t -p %s %s", port, clean.Line(host, nameRunes))}
	for _, key := range o.HostKeys {
		lines = append(lines, "host key    "+gossh.FingerprintSHA256(key.PublicKey()), "known_hosts "+serve.KnownHosts(net.JoinHostPort(host, port), key.PublicKey()))
	}
	if f.openViewers {
		way := ""
		if o.Keyring != nil { // then who wants in without a key must say so
			way = fmt.Sprintf(": ssh -t -p %s %s@%s", port, serve.OpenName, clean.Line(host, nameRunes))
		}
		lines = append(lines, "everybody on this machine may look"+way)
	}
	for _, line := range lines {
		log.Info(line)
		if !f.tui {
			fmt.Fprintln(a.out, line)
		}
	}
}

// netReason is a network error without the address that the sentence around it has.
func netReason(err error) error {
	var failed *net.OpError
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

// serveOnly is a flag that was given and that only a shared room has; "" if none was.
func serveOnly(cmd *cobra.Command) string {
	var f serveFlags
	other := &cobra.Command{}
	f.add(other)
	found := ""
	other.Flags().VisitAll(func(flag *pflag.Flag) {
		if cmd.Flags().Changed(flag.Name) {
			found = flag.Name
		}
	})
	return found
}
