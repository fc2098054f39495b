package storetest

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"coopverse/directory"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the "pgx" driver
)

// errNoPostgres says that this machine has no PostgreSQL to test on.
var errNoPostgres = errors.New("no PostgreSQL: set COOPVERSE_TEST_POSTGRES to the address of a server, or install its binaries (Debian: postgresql)")

// server is where tests make their databases.
type server struct {
	address  *url.URL               // of a database of an administrator
	migrated func() (string, error) // the name of a migrated, empty database to copy
	seeded   func() (string, error) // the same with the bundled list
	stop     func()
	down, up func() error // of one that was started here
}

var (
	startOnce = sync.OnceValues(startServer)
	started   atomic.Pointer[server]
	databases atomic.Int64
)

// PostgresDSN returns the address of a new, migrated, empty database, or
// skips the test with a reason where there is no PostgreSQL.
func PostgresDSN(t testing.TB) string {
	t.Helper()
	return newDatabase(t, func(s *server) (string, error) { return s.migrated() })
}

// EmptyPostgresDSN is PostgresDSN without the migrations.
func EmptyPostgresDSN(t testing.TB) string {
	t.Helper()
	return newDatabase(t, nil)
}

func seededPostgresDSN(t testing.TB) string {
	t.Helper()
	return newDatabase(t, func(s *server) (string, error) { return s.seeded() })
}

// NeedPostgres skips the test with a reason where there is no PostgreSQL.
func NeedPostgres(t testing.TB) { t.Helper(); running(t) }

func running(t testing.TB) *server {
	t.Helper()
	s, err := startOnce()
	if errors.Is(err, errNoPostgres) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newDatabase makes a database, as a copy of the template if there is one.
func newDatabase(t testing.TB, template func(*server) (string, error)) string {
	t.Helper()
	s := running(t)
	name := fmt.Sprintf("coopverse_test_%d_%d", os.Getpid(), databases.Add(1))
	create := "CREATE DATABASE " + name
	if template != nil {
		from, err := template(s)
		if err != nil {
			t.Fatal(err)
		}
		create += " TEMPLATE " + from
	}
	if err := s.exec(create); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return s.database(name)
}

func (s *server) database(name string) string {
	address := *s.address
	address.Path = "/" + name
	return address.String()
}

func (s *server) exec(statement string) error {
	db, err := sql.Open("pgx", s.address.String())
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

func startServer() (*server, error) {
	s, err := connectOrLaunch()
	if err != nil {
		return nil, err
	}
	s.migrated = sync.OnceValues(func() (string, error) { return s.template("migrated", migrated) })
	s.seeded = sync.OnceValues(func() (string, error) { return s.template("seeded", seeded) })
	started.Store(s)
	return s, nil
}

// template makes a database to copy from.
func (s *server) template(kind string, with fill) (string, error) {
	name := templateName(kind)
	if err := s.exec("CREATE DATABASE " + name); err != nil {
		return "", err
	}
	db, err := directory.OpenPostgres(s.database(name))
	if err != nil {
		return "", err
	}
	return name, errors.Join(with(db), db.Close())
}

func templateName(kind string) string { return fmt.Sprintf("coopverse_%s_%d", kind, os.Getpid()) }

func stopPostgres() {
	s := started.Load()
	if s == nil {
		return
	}
	for _, kind := range []string{"migrated", "seeded"} {
		if err := s.exec("DROP DATABASE IF EXISTS " + templateName(kind)); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	s.stop()
}

func connectOrLaunch() (*server, error) {
	if dsn := os.Getenv("COOPVERSE_TEST_POSTGRES"); dsn != "" {
		address, err := url.Parse(dsn)
		if err != nil {
			return nil, fmt.Errorf("COOPVERSE_TEST_POSTGRES: %w", err)
		}
		return &server{address: address, stop: func() {}}, nil
	}
	initdb := findBinary("initdb")
	if initdb == "" {
		return nil, errNoPostgres
	}
	return launch(filepath.Dir(initdb))
}

// findBinary looks where distributions put PostgreSQL's programs.
func findBinary(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			return real
		}
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/", "/usr/pgsql-*/bin/", "/opt/homebrew/opt/postgresql*/bin/"} {
		if found, _ := filepath.Glob(pattern + name); len(found) > 0 {
			return found[len(found)-1]
		}
	}
	return ""
}

// launch starts a server in a temporary folder that listens on a socket there
// and on nothing else. PostgreSQL refuses to run as root, so root hands it to
// an ordinary user.
func launch(bin string) (*server, error) {
	dir, err := os.MkdirTemp("", "coopverse-postgres-")
	if err != nil {
		return nil, err
	}
	as, err := ordinaryUser(dir)
	if err != nil {
		return nil, err
	}
	run := func(program string, args ...string) error {
		cmd := exec.Command(filepath.Join(bin, program), args...)
		cmd.Dir, cmd.SysProcAttr = dir, as
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", program, err, out)
		}
		return nil
	}
	data := filepath.Join(dir, "data")
	if err := run("initdb", "-D", data, "-U", "coopverse", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		return nil, err
	}
	options := fmt.Sprintf("-c listen_addresses='' -c unix_socket_directories='%s' -c fsync=off -c max_connections=300", dir)
	up := func() error {
		return run("pg_ctl", "-D", data, "-w", "-l", filepath.Join(dir, "log"), "-o", options, "start")
	}
	down := func() error { return run("pg_ctl", "-D", data, "-m", "immediate", "stop") }
	if err := up(); err != nil {
		return nil, err
	}
	query := url.Values{"host": {dir}, "user": {"coopverse"}, "sslmode": {"disable"}}
	address := &url.URL{Scheme: "postgres", Path: "/postgres", RawQuery: query.Encode()}
	stop := func() {
		if err := down(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.RemoveAll(dir)
	}
	return &server{address: address, stop: stop, down: down, up: up}, nil
}

func ordinaryUser(dir string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		if account, err = user.Lookup("nobody"); err != nil {
			return nil, fmt.Errorf("find a user to run PostgreSQL as: %w", err)
		}
	}
	uid, _ := strconv.Atoi(account.Uid)
	gid, _ := strconv.Atoi(account.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		return nil, err
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}
