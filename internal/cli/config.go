package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"warroom/internal/config"
	"warroom/sources/probe"
	"warroom/ui"
)

// allowed is what a config may name that other packages define.
func (a *app) allowed() config.Allowed {
	keys := ui.DefaultKeys()
	return config.Allowed{Themes: a.themes.names(), Actions: slices.Sorted(maps.Keys(keys)), Keys: keys, Kept: []string{"quit"}, Probe: makeable}
}

// makeable says why a probe cannot be made, in a sentence. Nothing is sent, and the files of
// TLS, which the config has looked at, are not read again.
func makeable(p *config.Probe) error {
	spec := probeSpec(*p)
	spec.TLS.Authority, spec.TLS.Certificate, spec.TLS.Key = "", "", ""
	if _, err := probe.New(spec, nil); err != nil {
		return unnamed(err, spec.Name)
	}
	return nil
}

// unnamed is why a probe cannot be made, without its name.
func unnamed(err error, name string) error {
	return errors.New(strings.TrimPrefix(err.Error(), fmt.Sprintf("probe %q: ", name)))
}

// loadConfig finds and reads the config, and applies the flags over it. path is ""
// if there is no file, which is no mistake.
func (a *app) loadConfig() (cfg *config.Config, path string, err error) {
	path, err = config.Find(a.flags.config)
	if err != nil {
		return nil, "", err
	}
	if cfg, err = config.Load(path, a.allowed()); err != nil {
		return nil, "", err
	}
	if err := a.override(cfg); err != nil {
		return nil, "", err
	}
	return cfg, path, nil
}

// override applies the command line over a config.
func (a *app) override(cfg *config.Config) error {
	if err := a.overrideTheme(cfg); err != nil {
		return err
	}
	if err := a.checkScopeFlags(); err != nil {
		return err
	}
	if a.flags.room != "" {
		cfg.Room = a.flags.room
	}
	if a.givesASCII() {
		cfg.ASCII = a.flags.ascii
	}
	if len(a.flags.profiles) > 0 {
		cfg.Scopes = nil
		for _, profile := range a.flags.profiles {
			cfg.Scopes = append(cfg.Scopes, config.Scope{Profile: profile})
		}
	}
	if len(a.flags.regions) > 0 {
		if len(cfg.Scopes) == 0 {
			cfg.Scopes = []config.Scope{{}}
		}
		for i := range cfg.Scopes {
			cfg.Scopes[i].Regions = a.flags.regions
		}
	}
	return nil
}

// overrideTheme applies --theme. The path of a theme is taken from the working
// directory, and that of a theme in the config from the config's folder.
func (a *app) overrideTheme(cfg *config.Config) error {
	folder := filepath.Dir(cfg.File())
	if asked := a.flags.theme; asked != "" {
		cfg.Theme, folder = asked, ""
	}
	path, isFile := config.ThemeFile(cfg.Theme, folder)
	names := a.themes.names()
	switch {
	case isFile:
		cfg.Theme = path
	case !slices.Contains(names, cfg.Theme):
		return fmt.Errorf("--theme: there is no theme %q%s", cfg.Theme, config.Meant(cfg.Theme, names, "there are "+strings.Join(names, ", ")))
	}
	return nil
}

// checkScopeFlags looks at the flags that say where to look at AWS.
func (a *app) checkScopeFlags() error {
	for _, region := range a.flags.regions {
		if wrong := config.RegionMistake(region); wrong != "" {
			return fmt.Errorf("--region: %s", wrong)
		}
	}
	if slices.Contains(a.flags.profiles, "") {
		return errors.New("--profile: a profile is empty; name one, or take it away")
	}
	return nil
}

func (a *app) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "config", Short: "Write, show or describe the config", Args: atMost(0),
		Example: "warroom config init\nwarroom config show",
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		&cobra.Command{
			Use: "init [FILE]", Short: "Write a first warroom.yaml", Args: atMost(1), Example: "warroom config init",
			RunE: func(_ *cobra.Command, args []string) error { return a.initConfig(args) },
		},
		&cobra.Command{
			Use: "show", Short: "Print the config in force, secrets as references", Args: atMost(0), Example: "warroom config show",
			RunE: func(*cobra.Command, []string) error { return a.showConfig() },
		},
		&cobra.Command{
			Use: "schema", Short: "Print the JSON Schema for editors", Args: atMost(0), Example: "warroom config schema > warroom.schema.json",
			RunE: func(*cobra.Command, []string) error {
				_, err := a.out.Write(config.Schema(a.allowed()))
				return err
			},
		},
	)
	return cmd
}

// initConfig writes the first config, and never over one that is there.
func (a *app) initConfig(args []string) error {
	path := config.FileName
	if a.flags.config != "" {
		path = a.flags.config
	}
	if len(args) > 0 {
		path = args[0]
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	switch {
	case errors.Is(err, fs.ErrExist):
		return &exit{exitCannot, fmt.Errorf("%s is there already and is not written over; name another file, or edit that one", path)}
	case err != nil:
		return &exit{exitCannot, fmt.Errorf("%s cannot be written: %w; name a file in a folder of yours", path, reason(err))}
	}
	_, err = file.WriteString(config.Example)
	if err = errors.Join(err, file.Close()); err != nil {
		return &exit{exitCannot, fmt.Errorf("%s could not be written to its end: %w", path, reason(err))}
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		whole = path
	}
	_, err = fmt.Fprintf(a.out, "Wrote %s. Put your endpoints under probes:, then run warroom.\n", printable(whole))
	return err
}

// reason is why a file operation failed, without the operation and the path again.
func reason(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	var linkError *os.LinkError
	if errors.As(err, &linkError) {
		return linkError.Err
	}
	return err
}

func (a *app) showConfig() error {
	cfg, _, err := a.loadConfig()
	if err != nil {
		return err
	}
	_, err = a.out.Write(cfg.Show())
	return err
}
