package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set when a release is built: -ldflags "-X main.version=v1.2.3".
var version = ""

type versionCommand struct{}

// Help shows an example.
func (versionCommand) Help() string { return "Example:\n\n  coopverse version" }

// Run prints the version and what it was built with.
func (versionCommand) Run(std streams) error {
	fmt.Fprintf(std.out, "coopverse %s (%s, %s/%s)\n", programVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// programVersion is the release, else the commit that was built, else "dev".
func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value[:min(len(s.Value), 12)]
			}
		}
	}
	return "dev"
}
