package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"coopverse/directory"
	"coopverse/federation"
)

type mirrorCommands struct {
	Add    mirrorAddCommand    `cmd:"" help:"Copy another directory, and keep the copy up to date."`
	List   mirrorListCommand   `cmd:"" help:"List the directories that are mirrored here."`
	Status mirrorStatusCommand `cmd:"" help:"Show how a copy stands."`
	Audit  mirrorAuditCommand  `cmd:"" help:"Go through a copy from its first record on."`
	Adopt  mirrorAdoptCommand  `cmd:"" help:"Make entries of this directory of a copy whose home is gone."`
	Remove mirrorRemoveCommand `cmd:"" help:"Forget a copy."`

	Hide     mirrorHideCommand     `cmd:"" help:"Hide one entry of a copy from readers."`
	Show     mirrorShowCommand     `cmd:"" help:"Show an entry that was hidden."`
	Tag      mirrorTagCommand      `cmd:"" help:"Tag an entry of a copy, for this directory only."`
	Annotate mirrorAnnotateCommand `cmd:"" help:"Say something of an entry of a copy, for this directory only."`
}

type mirrorAddCommand struct {
	Address string `arg:"" help:"The directory, such as https://coops.example, or another mirror's copy of it, such as https://other.example/mirrors/coops.example."`
	Key     string `help:"The key with which the directory signs, as mirror status shows it; needed when the directory itself does not answer." placeholder:"KEY" env:"-"`

	outgoing `embed:""`
}

// Help shows an example.
func (mirrorAddCommand) Help() string {
	return "Everything that is copied is checked against the directory's signature; nothing else is shown. The server keeps the copy up to date.\n\nExample:\n\n  coopverse mirror add https://coops.example --data ./data"
}

// Run makes the first copy.
func (cmd *mirrorAddCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	f, _, err := cmd.speaker(ctx, d)
	if err != nil {
		return err
	}
	began := time.Now()
	m, err := f.MirrorAt(ctx, operator, cmd.Address, cmd.Key)
	if err != nil {
		return err
	}
	bar := progress(std.err, "records")
	pulled := f.PullMirror(ctx, m, func(records, of int64) {
		if bar != nil {
			bar(int(records), int(of))
		}
	})
	if m, err = d.Mirror(ctx, m.Host); err != nil {
		return err
	}
	if pulled != nil {
		return fmt.Errorf("the copy of %s is not whole yet: %w; the server goes on with it", m.Origin, pulled)
	}
	n, err := d.MirroredCount(ctx, m)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s (%s): %d co-ops from %d records, verified, %d bytes on the wire, in %s.\n", m.Name, m.Origin, n, m.Applied, m.Received, time.Since(began).Round(time.Millisecond))
	return nil
}

type mirrorListCommand struct {
	JSON bool `name:"json" help:"Print JSON." env:"-"`
}

// Help shows an example.
func (mirrorListCommand) Help() string { return "Example:\n\n  coopverse mirror list --data ./data" }

// Run lists the copies.
func (cmd *mirrorListCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	all, err := directory.New(db).Mirrors(ctx)
	return printEach(std, cmd.JSON, all, err, func(m directory.Mirror) string {
		return fmt.Sprintf("%s\t%s\t%s\t%s", m.Host, standing(m), m.Name, lastVerified(m))
	})
}

type mirrorStatusCommand struct {
	Host string `arg:"" optional:"" help:"The directory's host, as mirror list shows it; all of them without it."`
	JSON bool   `name:"json" help:"Print JSON: an object, or a list of them if no host is given." env:"-"`

	outgoing `embed:""`
}

// Help shows an example.
func (mirrorStatusCommand) Help() string {
	return "It asks the directory how many records it has by now.\n\nExample:\n\n  coopverse mirror status coops.example --data ./data\n  coopverse mirror status --data ./data"
}

// mirrorStatus is how a copy stands.
type mirrorStatus struct {
	directory.Mirror
	Records int64  `json:"records"` // in the copy
	Entries int    `json:"entries"` // co-ops that are shown
	Behind  *int64 `json:"behind"`  // records that the directory has more; nil: it does not answer
	Skipped int64  `json:"skipped"` // records that had ended before the copy began, and are still to come
}

// Run shows how one copy stands, or each of them.
func (cmd *mirrorStatusCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	mirrors, err := cmd.asked(ctx, d)
	if err != nil || len(mirrors) == 0 {
		return printEach(std, cmd.JSON, []mirrorStatus{}, err, nil)
	}
	f, _, err := cmd.speaker(ctx, d)
	if err != nil {
		return err
	}
	all := make([]mirrorStatus, len(mirrors))
	for i, m := range mirrors {
		if all[i], err = statusOf(ctx, d, f, m); err != nil {
			return err
		}
	}
	switch {
	case cmd.JSON && cmd.Host != "":
		return printJSON(std, all[0])
	case cmd.JSON:
		return printJSON(std, all)
	}
	for _, status := range all {
		status.print(std.out)
	}
	return nil
}

// asked are the copies that the command is about.
func (cmd *mirrorStatusCommand) asked(ctx context.Context, d *directory.Directory) ([]directory.Mirror, error) {
	if cmd.Host == "" {
		return d.Mirrors(ctx)
	}
	m, err := d.Mirror(ctx, cmd.Host)
	return []directory.Mirror{m}, err
}

func statusOf(ctx context.Context, d *directory.Directory, f *federation.Federation, m directory.Mirror) (status mirrorStatus, err error) {
	status.Mirror = m
	if status.Records, err = d.MirrorLog(m).Size(ctx); err != nil {
		return status, err
	}
	if status.Entries, err = d.MirroredCount(ctx, m); err != nil {
		return status, err
	}
	if status.Skipped, _, err = d.Skipped(ctx, m); err != nil {
		return status, err
	}
	if head, err := f.MirrorHead(ctx, m); err == nil {
		behind := head.N - status.Records
		status.Behind = &behind
	}
	return status, nil
}

func (s mirrorStatus) print(w io.Writer) {
	fmt.Fprintf(w, "%s (%s), %s\n", s.Name, s.Origin, standing(s.Mirror))
	if s.Why != "" {
		fmt.Fprintf(w, "  %s\n", s.Why)
	}
	behind := "the directory does not answer"
	switch {
	case s.Behind == nil && s.VerifiedAt != nil:
		behind += ", and has not since " + s.VerifiedAt.Format(time.RFC3339)
	case s.Behind == nil:
	case *s.Behind < 0:
		behind = fmt.Sprintf("of which the directory shows only the first %d now", s.Records+*s.Behind)
	case *s.Behind == 0:
		behind = "as many as the directory has"
	default:
		behind = fmt.Sprintf("%d behind", *s.Behind)
	}
	if s.Skipped > 0 {
		behind += fmt.Sprintf(", %d earlier ones still to come", s.Skipped)
	}
	fmt.Fprintf(w, "  %d co-ops from %d records, %s\n  %s, %d bytes of records on the wire\n  read at %s, signed with %s\n  %s\n", s.Entries, s.Records, behind, lastVerified(s.Mirror), s.Received, s.Source, s.Key, s.bell())
}

// standing is a mirror's state in a word or two.
func standing(m directory.Mirror) string {
	switch {
	case m.AdoptedAt != nil:
		return "adopted on " + m.AdoptedAt.Format(time.DateOnly)
	case m.State != directory.MirrorFrozen && m.Failures > 0:
		return string(m.State) + ", held up"
	}
	return string(m.State)
}

func lastVerified(m directory.Mirror) string {
	if m.VerifiedAt == nil {
		return "never verified"
	}
	return "last verified " + m.VerifiedAt.Format(time.RFC3339)
}

// bell says whether the directory tells us when its log has grown.
func (s mirrorStatus) bell() string {
	if s.State == directory.MirrorFrozen {
		return "not read any more, whether it rings or not"
	}
	switch s.Following {
	case directory.AskedTo:
		return "asked to ring when there is news; no answer yet"
	case directory.MayNotFollow:
		return "it does not ring when there is news: our Follow was refused"
	case directory.IsFollowing:
		if s.RungAt != nil {
			return "rings when there is news, last " + s.RungAt.Format(time.RFC3339)
		}
		return "rings when there is news"
	}
	return "not asked yet to ring when there is news"
}

type mirrorAuditCommand struct {
	Host string `arg:"" help:"The directory's host, as mirror list shows it."`
	JSON bool   `name:"json" help:"Print JSON." env:"-"`
}

// Help shows an example.
func (mirrorAuditCommand) Help() string {
	return "Each record is held against its commitment, all of them against the signed head, and the entries against what the records say.\n\nExample:\n\n  coopverse mirror audit coops.example --data ./data"
}

// Run audits one copy; it fails when something is wrong.
func (cmd *mirrorAuditCommand) Run(ctx context.Context, p *program, std streams) error {
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
	audit, err := d.AuditMirror(ctx, m)
	if err != nil {
		return err
	}
	if cmd.JSON {
		err = printJSON(std, audit)
	} else {
		fmt.Fprintf(std.out, "%d records, of which %d were withdrawn and %d are still to come; %d co-ops; %d snapshots; hash %s\n", audit.Records, audit.Withdrawn, audit.Skipped, audit.Entries, audit.Snapshots, audit.Hash)
		for _, wrong := range audit.Wrong {
			fmt.Fprintln(std.out, "Wrong:", wrong)
		}
	}
	if err == nil && len(audit.Wrong) > 0 {
		err = fmt.Errorf("the copy of %s is not what its home published: mirror remove it and add it anew", m.Origin)
	}
	return err
}

type mirrorRemoveCommand struct {
	Host string `arg:"" help:"The directory's host, as mirror list shows it."`
}

// Help shows an example.
func (mirrorRemoveCommand) Help() string {
	return "Example:\n\n  coopverse mirror remove coops.example --data ./data"
}

// Run forgets one copy.
func (cmd *mirrorRemoveCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := directory.New(db).RemoveMirror(ctx, operator, cmd.Host); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s is not mirrored any more.\n", cmd.Host)
	return nil
}
