package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"coopverse/directory"
)

type mirrorAdoptCommand struct {
	Host     string `arg:"" help:"The directory's host, as mirror list shows it."`
	Yes      bool   `help:"Do it without asking." env:"-"`
	HomeUp   bool   `name:"although-it-answers" help:"Adopt the entries although their home still answers and speaks for them." env:"-"`
	outgoing `embed:""`
}

// Help shows an example.
func (mirrorAdoptCommand) Help() string {
	return "For a directory that is gone for good: the entries of its copy become entries of this directory, each a new actor. It shows first what will happen, and asks. Stopped half way, it goes on when it is called again.\n\nExample:\n\n  coopverse mirror adopt coops.example --data ./data"
}

// Run makes entries of our own of those in a copy.
func (cmd *mirrorAdoptCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	m, err := d.Mirror(ctx, cmd.Host)
	if err != nil {
		return err
	}
	plan, err := d.PlanAdoption(ctx, m)
	if err != nil {
		return err
	}
	f, _, err := cmd.speaker(ctx, d)
	if err != nil {
		return err
	}
	if !cmd.HomeUp && f.HomeAnswers(ctx, m) {
		return refuse("%s still answers, and only it speaks for its entries: follow them there. If it is to be given up all the same, give --although-it-answers", m.Origin)
	}
	printPlan(std.out, m, plan)
	if plan.Adopted == 0 {
		fmt.Fprintln(std.out, "There is nothing to adopt.")
		return nil
	}
	if !cmd.Yes && !agreed(std) {
		return refuse("nothing was adopted; answer yes, or give --yes")
	}
	done, err := d.AdoptMirror(ctx, operator, m, progress(std.err, "entries"))
	if err != nil {
		return fmt.Errorf("%w; what was adopted stays, and mirror adopt goes on from there", err)
	}
	fmt.Fprintf(std.out, "%s of this directory came of it. The copy stays as it is, and is not brought up to date any more.\n", entries(done.Adopted))
	return nil
}

// printPlan says what adopting a copy will do.
func printPlan(w io.Writer, m directory.Mirror, plan directory.Adoption) {
	fmt.Fprintf(w, "%s (%s), %s: %s of its copy become entries of this directory.\n", m.Name, m.Origin, lastVerified(m), entries(plan.Adopted))
	for _, h := range plan.Handles {
		fmt.Fprintf(w, "Handle taken: %s was @%s and is @%s here.\n", h.Name, h.Wanted, h.Given)
	}
	for _, l := range plan.Listed {
		if l.Gone {
			fmt.Fprintf(w, "Removed here: %s, which was @%s; it stays removed.\n", l.Name, l.Handle)
			continue
		}
		fmt.Fprintf(w, "Listed here already: %s, as @%s; no second entry is made.\n", l.Name, l.Handle)
	}
	for _, warning := range plan.Warnings {
		fmt.Fprintln(w, "Left out:", warning)
	}
	if plan.Earlier > 0 {
		fmt.Fprintf(w, "Adopted before: %s.\n", entries(plan.Earlier))
	}
	if plan.Adopted > 0 {
		fmt.Fprintln(w, `Each is a new actor, which says where it comes from. Followers do not come along: they followed the actors at home, and have to follow
these anew. Nobody who spoke for an entry at home does so here: each is unclaimed, and claims start anew. Pictures stay behind.`)
	}
}

// agreed asks whether to go on.
func agreed(std streams) bool {
	fmt.Fprint(std.out, "Adopt them? [y/N] ")
	answer, _ := bufio.NewReader(std.in).ReadString('\n') // without an answer it is no
	fmt.Fprintln(std.out)
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return true
	}
	return false
}

func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}
