package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestFediverseIsToldInOrder runs the program against cmd/fediverse, of which one
// server in ten hangs, answers late or only later, or refuses posts: whoever takes
// everything has every post once and in order, by its own record.
func TestFediverseIsToldInOrder(t *testing.T) {
	fediverse := filepath.Join(t.TempDir(), "fediverse")
	if text, err := exec.CommandContext(t.Context(), "go", "build", "-o", fediverse, "coopverse/cmd/fediverse").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, text)
	}
	onEachDatabase(t, func(t *testing.T, database []string) {
		const posts = 3
		address, ca := freePort(t), filepath.Join(t.TempDir(), "ca.pem")
		us := newInstance(t, database, &authority{ca: ca}, connectTo("", address))
		var said output
		others := exec.CommandContext(t.Context(), fediverse, "--domain", ourDomain, "--at", us.address, "--listen", address, "--write-ca", ca, "--hosts", "40",
			"--behave", "10%:hang", "--behave", "10%:refuse=Create", "--behave", "10%:late=200ms", "--behave", "10%:status=429,retry-after=1s,times=1", "--follow", "igalia")
		others.Stdout, others.Stderr = &said, &said
		if err := others.Start(); err != nil {
			t.Fatal(err)
		}
		says := func(what string) {
			t.Helper()
			eventually(t, time.Minute, what, func() (bool, any) { return strings.Contains(said.String(), what), said.String() })
		}
		says("--ca-file")
		us.start()
		says("32 of 32 Follows")
		for range posts {
			us.run("coop", "post", "igalia", "--text", "We are hiring!")
		}
		says(" 132 taken") // an Accept for each that does not hang, and the posts
		_ = others.Process.Signal(syscall.SIGINT)
		if err := others.Wait(); err != nil {
			t.Errorf("%v\n%s", err, &said)
		}
		says("3 activities for each of 32 servers that take everything: none lost")
	})
}
