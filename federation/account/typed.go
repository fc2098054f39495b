package account

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"coopverse/directory"
	"coopverse/federation/fetch"
)

// maxTyped is how long what somebody types may be, in bytes.
const maxTyped = 500

// address is somebody's name and server; the name is "" when only the server
// was typed.
type address struct{ name, host string }

func (a address) String() string { return a.name + "@" + a.host }

// read takes @name@host, name@host, a host, and the address of a profile.
func read(typed string) (address, error) {
	text := strings.TrimSpace(typed)
	wrong := fmt.Errorf("%w: write it as name@server, such as ada@social.coop", directory.ErrInvalid)
	if text == "" || len(text) > maxTyped {
		return address{}, wrong
	}
	var a address
	if strings.Contains(text, "://") {
		u, err := url.Parse(text)
		if err != nil || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
			return address{}, wrong
		}
		a.host = u.Host
		if name, ok := strings.CutPrefix(strings.Trim(u.Path, "/"), "@"); ok && !strings.Contains(name, "/") {
			a.name = name
		}
	} else {
		name, host, named := strings.Cut(strings.TrimPrefix(text, "@"), "@")
		if !named {
			name, host = "", name
		} else if name == "" {
			return address{}, wrong
		}
		a = address{name, host}
	}
	host, err := fetch.NormalHost(a.host)
	if err != nil || !strings.Contains(host, ".") || strings.Trim(host, "0123456789.:abcdef") == "" || a.name != "" && !names.MatchString(a.name) {
		return address{}, wrong
	}
	a.host = host
	return a, nil
}

// names are those that accounts have.
var names = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`)
