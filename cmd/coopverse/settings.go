package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

// settingsFile is a settings file: one "flag-name: value" a line. A flag on the
// command line and a variable in the environment both stand above it.
type settingsFile map[string]any

func loadSettings(r io.Reader) (kong.Resolver, error) {
	settings := settingsFile{}
	if err := yaml.NewDecoder(r).Decode(&settings); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("the settings file is not YAML: %w", err)
	}
	return settings, nil
}

// Validate refuses settings that no command knows, so that a typo is noticed.
func (s settingsFile) Validate(app *kong.Application) error {
	known := settingNames(app.Node)
	for name := range s {
		if !slices.Contains(known, name) {
			return fmt.Errorf("the settings file has %q, which is no setting; the settings are %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}

// settingNames are the flags that the environment has, too. The others say what
// one command does once, such as --delete.
func settingNames(node *kong.Node) []string {
	var names []string
	for _, flag := range node.Flags {
		if len(flag.Envs) > 0 && flag.Name != "config" {
			names = append(names, flag.Name)
		}
	}
	for _, child := range node.Children {
		names = append(names, settingNames(child)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Resolve returns the setting for a flag that the command line does not give.
func (s settingsFile) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	setting := s[flag.Name]
	several, isList := setting.([]any)
	switch {
	case setting == nil:
		return nil, nil
	case isList && !flag.IsSlice():
		return nil, errors.New("the settings file gives several where there is one")
	case isList:
		return asTexts(several), nil
	}
	return fmt.Sprint(setting), nil
}

// asTexts has YAML's numbers and truths as they were written: what they mean is
// for the flag to say.
func asTexts(values []any) []any {
	texts := make([]any, len(values))
	for i, v := range values {
		texts[i] = fmt.Sprint(v)
	}
	return texts
}
