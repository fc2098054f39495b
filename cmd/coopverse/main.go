// Command coopverse turns a list of co-ops into a directory that people
// search and follow.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"coopverse/directory"
	"coopverse/directory/list"
	"coopverse/migrations"

	"github.com/alecthomas/kong"
)

// Exit codes. Everything but success leaves the database as it was.
const (
	exitFailed  = 1
	exitRefused = 2 // the command line, a setting or an input cannot be used
)

// program is the command line: the settings that every command takes, and the commands.
type program struct {
	Data     string          `help:"Folder of the SQLite database and of files." placeholder:"DIR"`
	Database string          `help:"Address of a PostgreSQL database, instead of SQLite." placeholder:"DSN"`
	Config   kong.ConfigFlag `help:"File with settings: the names of the flags without dashes, as YAML." placeholder:"FILE"`
	LogJSON  bool            `name:"log-json" help:"Write the log as JSON, one object a line." negatable:""`

	Try       tryCommand       `cmd:"" help:"Start the directory on the bundled list, to look around. Needs no settings."`
	Serve     serveCommand     `cmd:"" help:"Serve the directory under its own domain."`
	List      listCommands     `cmd:"" help:"Read, check and write the Markdown list."`
	Export    exportCommand    `cmd:"" help:"Write the co-ops as CSV, GeoJSON, JSON-LD or Markdown, or the public log."`
	Coop      coopCommands     `cmd:"" help:"Show and change one co-op, and speak for it."`
	Operators operatorCommands `cmd:"" help:"Say who runs the directory."`
	Peers     peerCommands     `cmd:"" aliases:"domains" help:"See which servers we have to do with, and say with which we speak."`
	Reports   reportCommands   `cmd:"" help:"Read and close what other servers have reported."`
	Mirror    mirrorCommands   `cmd:"" help:"Copy other directories, verifiably."`
	Migrate   migrateCommand   `cmd:"" help:"Bring the database to the shape this program needs."`
	Version   versionCommand   `cmd:"" help:"Print the version."`
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// run parses and runs one command line and returns the exit code.
func run(ctx context.Context, args []string, std streams) (code int) {
	var p program
	exited := false
	parser, err := kong.New(&p,
		kong.Name("coopverse"),
		kong.Description("A living, federated directory of co-ops.\n\nEvery setting can also stand in the environment (--domain is COOPVERSE_DOMAIN) or in a file (--config FILE)."),
		kong.DefaultEnvars("COOPVERSE"),
		kong.Configuration(loadSettings),
		kong.Writers(std.out, std.err),
		kong.Exit(func(c int) { exited, code = true, c }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(std),
	)
	if err != nil {
		fmt.Fprintln(std.err, "coopverse:", err)
		return exitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if exited {
		return code
	}
	if err != nil {
		fmt.Fprintln(std.err, "coopverse:", err)
		fmt.Fprintln(std.err, "Run coopverse --help, or coopverse COMMAND --help for an example.")
		return exitRefused
	}
	if err := command.Run(&p); err != nil {
		fmt.Fprintln(std.err, "coopverse:", err)
		return exitCode(err)
	}
	return 0
}

// errRefused marks what the person who called must put right.
var errRefused = errors.New("refused")

// refuse is an error about a setting or an input, with what to do about it.
func refuse(format string, args ...any) error {
	return refusal{fmt.Sprintf(format, args...)}
}

type refusal struct{ text string }

func (r refusal) Error() string        { return r.text }
func (r refusal) Is(target error) bool { return target == errRefused }

func exitCode(err error) int {
	var gone *directory.GoneError
	var moved *directory.MovedError
	refused := []error{
		errRefused, directory.ErrNotFound, directory.ErrInvalid, directory.ErrBlocked, directory.ErrNoList, directory.ErrOtherOrigin,
		list.ErrNotList, list.ErrTooLarge, list.ErrEncoding, migrations.ErrNewer, migrations.ErrOlder,
	}
	for _, r := range refused {
		if errors.Is(err, r) {
			return exitRefused
		}
	}
	if errors.As(err, &gone) || errors.As(err, &moved) {
		return exitRefused
	}
	return exitFailed
}
