// Command fediverse is thousands of other servers in one process, to try a
// directory that runs against: they follow, like, misbehave as they are told to,
// verify strictly what they are brought, and say at the end what was lost, doubled
// or out of order. Nothing of it leaves this machine.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"coopverse/federation/fediverse"

	"github.com/alecthomas/kong"
)

// settings are the command line.
type settings struct {
	Domain  string        `required:"" help:"Domain of the directory."`
	At      string        `default:"localhost:8080" placeholder:"ADDR" help:"Where the directory listens, behind a proxy: this program takes the proxy's place."`
	Listen  string        `default:"127.0.0.1:8443" placeholder:"ADDR" help:"Where all the servers are."`
	WriteCA string        `name:"write-ca" placeholder:"FILE" help:"Where the certificate of their authority is written; a temporary file if it is not given."`
	Hosts   int           `default:"100" help:"How many servers there are."`
	Actors  int           `default:"1" help:"How many actors each has."`
	Behave  []share       `placeholder:"SHARE:HOW" sep:"none" help:"How a share of the servers behaves, such as 30%:hang, 10%:late=200ms, 5%:status=429,retry-after=10s, 1%:status=401,times=1; also drip=, reset, refuse=Delete, only=cavage, secure, slow-tls=. Can be given again."`
	Follow  []string      `placeholder:"HANDLE" help:"Co-ops that every actor follows."`
	Like    string        `placeholder:"URL" help:"A post of the directory that every actor likes."`
	AtOnce  int           `default:"32" help:"How many requests are under way at the same time."`
	Wait    time.Duration `default:"1m" help:"How long to wait for the directory to answer, and for Follows to be accepted."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var s settings
	kong.Parse(&s, kong.Name("fediverse"), kong.Description("Thousands of other servers on this machine, to try a directory against."), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err := run(ctx, s, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "fediverse:", err)
		os.Exit(1)
	}
}

// errNotGood is how it ends when something was lost, doubled or out of order.
var errNotGood = errors.New("the directory did not do what it should")

// run does as the settings say until ctx ends, and then judges.
func run(ctx context.Context, s settings, out io.Writer) error {
	if s.Hosts < 1 || s.Actors < 1 || s.AtOnce < 1 {
		return errors.New("--hosts, --actors and --at-once must be at least 1")
	}
	client := directoryAt(s.Domain, s.At)
	f, err := fediverse.Start(fediverse.Config{Hosts: s.Hosts, Listen: s.Listen, TLS: true, HTTP2: true, Client: client})
	if err != nil {
		return err
	}
	defer f.Close()
	healthy, err := misbehave(f, s.Hosts, s.Behave)
	if err != nil {
		return err
	}
	ca, forget, err := writeCA(s.WriteCA, f.Authority())
	if err != nil {
		return err
	}
	defer forget()
	fmt.Fprintf(out, "%d servers are at %s. The directory must run as\n    coopverse serve --domain %s --listen %s --behind-proxy 127.0.0.0/8,::1 --allow-private 127.0.0.0/8 \\\n        --connect-to :443:%s --ca-file %s\n",
		s.Hosts, f.Address(), s.Domain, s.At, f.Address(), ca)
	c := crowd{Fediverse: f, settings: s, client: client, out: out, healthy: healthy}
	for _, handle := range s.Follow {
		if err := c.follow(ctx, handle); err != nil {
			return err
		}
	}
	if s.Like != "" {
		if err := c.like(ctx, s.Like); err != nil {
			return err
		}
	}
	c.watch(ctx)
	return c.judge()
}

// writeCA writes the certificate of an authority; forget removes it if nobody said where it is to be.
func writeCA(path string, pem []byte) (written string, forget func(), err error) {
	if path != "" {
		return path, func() {}, os.WriteFile(path, pem, 0o644)
	}
	folder, err := os.MkdirTemp("", "fediverse-")
	if err != nil {
		return "", nil, err
	}
	path = filepath.Join(folder, "ca.pem")
	return path, func() { _ = os.RemoveAll(folder) }, os.WriteFile(path, pem, 0o644)
}
