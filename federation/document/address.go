package document

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"coopverse/directory"
)

// InstanceHandle is the handle of the actor that signs our requests to other
// servers. Anyone may read it without a signature of their own: otherwise two
// servers that both ask for signatures would wait for each other.
const InstanceHandle = "instance"

// Site is the directory as other servers see it.
type Site struct {
	Origin  string // https://coops.example, without a slash at the end
	Name    string
	Contact string // mail or web address for corrections and removal
	Version string // of this program
}

// Domain is what stands behind the @ of a handle: the origin's host, with its
// port if it has one.
func (s Site) Domain() string {
	_, host, _ := strings.Cut(s.Origin, "://")
	return host
}

// ours says whether the handle is one of the directory's own actors.
func ours(handle string) bool {
	return handle == directory.DirectoryHandle || handle == InstanceHandle
}

// Actor is the id of an actor. A co-op's is also the address of its page.
func (s Site) Actor(handle string) string {
	if ours(handle) {
		return s.Origin + "/actors/" + handle
	}
	return s.Origin + "/coops/" + handle
}

// Page is where people read about an actor.
func (s Site) Page(handle string) string {
	switch handle {
	case directory.DirectoryHandle:
		return s.Origin + "/"
	case InstanceHandle:
		return s.Origin + "/about"
	}
	return s.Actor(handle)
}

// Account is how people write an actor: acme@coops.example.
func (s Site) Account(handle string) string { return handle + "@" + s.Domain() }

// Inbox is where other servers bring what is meant for one actor.
func (s Site) Inbox(handle string) string { return s.Actor(handle) + "/inbox" }

// SharedInbox is where other servers bring what is meant for several.
func (s Site) SharedInbox() string { return s.Origin + "/inbox" }

// OutboxAddress is where Outbox is served.
func (s Site) OutboxAddress(handle string) string { return s.Actor(handle) + "/outbox" }

// OutboxPageAddress is where OutboxPage is served: the part of the outbox with the posts before that id;
// 0 begins with the newest.
func (s Site) OutboxPageAddress(handle string, before int64) string {
	return fmt.Sprintf("%s?before=%d", s.OutboxAddress(handle), before)
}

// FollowersAddress is where Followers is served.
func (s Site) FollowersAddress(handle string) string { return s.Actor(handle) + "/followers" }

// FollowersPageAddress is where FollowersPage is served.
func (s Site) FollowersPageAddress(handle string) string {
	return s.FollowersAddress(handle) + "?page=1"
}

// FollowingAddress is where Following is served.
func (s Site) FollowingAddress(handle string) string { return s.Actor(handle) + "/following" }

// FollowingPageAddress is where FollowingPage is served.
func (s Site) FollowingPageAddress(handle string) string {
	return s.FollowingAddress(handle) + "?page=1"
}

// FeaturedAddress is where Featured is served.
func (s Site) FeaturedAddress(handle string) string { return s.Actor(handle) + "/featured" }

// KeyID names an actor's public key. Lemmy wants the fragment.
func (s Site) KeyID(handle string) string { return s.Actor(handle) + "#main-key" }

// IntroductionAddress is the id of the note in which an actor introduces itself.
func (s Site) IntroductionAddress(handle string) string { return s.Actor(handle) + "/introduction" }

// Post is the id of a note, and the address of its page.
func (s Site) Post(handle string, id int64) string {
	return fmt.Sprintf("%s/posts/%d", s.Actor(handle), id)
}

// Activity is the id of what an actor does at a change: what is the verb.
// Other servers remember ids and pass over one that they have seen.
func (s Site) Activity(handle string, changeID int64, what string) string {
	return fmt.Sprintf("%s/activities/%d/%s", s.Actor(handle), changeID, what)
}

// Avatar is where an actor's picture is. The version is part of the address,
// because other servers keep a picture for as long as its address stays.
func (s Site) Avatar(handle, version string) string {
	return s.Actor(handle) + "/avatar/" + version + ".png"
}

// handleForm is what a handle may look like.
var handleForm = regexp.MustCompile(`^[a-z0-9_]{1,30}$`)

// HandleOf says which of our actors has that id. It takes no other spelling of
// the address; ok does not say that there is such a co-op.
func (s Site) HandleOf(actorURL string) (handle string, ok bool) {
	handle = actorURL[strings.LastIndexByte(actorURL, '/')+1:]
	return handle, handleForm.MatchString(handle) && s.Actor(handle) == actorURL
}

// ResourceHandle says which of our actors a WebFinger resource asks for: an
// acct: address, an actor's id or its page, in capitals or not.
func ResourceHandle(resource string, s Site) (handle string, ok bool) {
	resource = strings.ToLower(resource)
	if !strings.Contains(resource, "://") {
		handle, domain, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(resource, "acct:"), "@"), "@")
		return handle, handleForm.MatchString(handle) && domain == strings.ToLower(s.Domain())
	}
	s.Origin = strings.ToLower(s.Origin)
	for _, own := range []string{directory.DirectoryHandle, InstanceHandle} {
		if resource == s.Page(own) {
			return own, true
		}
	}
	return s.HandleOf(strings.TrimSuffix(resource, "/"))
}

// address reads one of our own addresses, which are well-formed as long as the
// origin is.
func address(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		return &url.URL{Opaque: s}
	}
	return u
}

// NodeInfoAddress is where NodeInfo of that version is served.
func (s Site) NodeInfoAddress(version string) string { return s.Origin + "/nodeinfo/" + version }
