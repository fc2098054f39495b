package document

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"coopverse/directory"
	"coopverse/directory/publiclog"
)

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

// Actor is the id of an actor: a co-op, or one of the directory's own.
func (s Site) Actor(handle string) string {
	if directory.IsCoop(handle) {
		return s.Origin + "/coops/" + handle
	}
	return s.Origin + "/actors/" + handle
}

// Page is where people read about an actor: mostly the address that programs
// know it by.
func (s Site) Page(handle string) string {
	switch handle {
	case directory.DirectoryHandle:
		return s.Origin + "/"
	case directory.InstanceHandle:
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

// FollowingAddress is where Following is served.
func (s Site) FollowingAddress(handle string) string { return s.Actor(handle) + "/following" }

// FeaturedAddress is where Featured is served.
func (s Site) FeaturedAddress(handle string) string { return s.Actor(handle) + "/featured" }

// KeyID names an actor's public key, of which the first has the number 1. Lemmy
// wants the fragment.
func (s Site) KeyID(handle string, number int64) string {
	return s.numbered(handle, "main-key", number)
}

// ProofKeyID names the key that verifies what an actor says, wherever it is
// found (FEP-521a).
func (s Site) ProofKeyID(handle string, number int64) string {
	return s.numbered(handle, "ed25519-key", number)
}

// numbered gives a new key a new name, because other servers keep keys by name.
func (s Site) numbered(handle, name string, number int64) string {
	if number > 1 {
		name = fmt.Sprintf("%s-%d", name, number)
	}
	return s.Actor(handle) + "#" + name
}

// IntroductionAddress is the id of the note in which an actor introduces itself.
func (s Site) IntroductionAddress(handle string) string { return s.Actor(handle) + "/introduction" }

// Post is the id of a note, and the address of its page; 0 is the introduction.
func (s Site) Post(handle string, id int64) string {
	if id == 0 {
		return s.IntroductionAddress(handle)
	}
	return fmt.Sprintf("%s/posts/%d", s.Actor(handle), id)
}

// RepliesAddress is where Replies is served.
func (s Site) RepliesAddress(handle string, postID int64) string {
	return s.Post(handle, postID) + "/replies"
}

// RepliesPageAddress is where RepliesPage is served: the answers that came after
// the one with that id; "" begins with the first.
func (s Site) RepliesPageAddress(handle string, postID int64, after string) string {
	return s.RepliesAddress(handle, postID) + "?after=" + url.QueryEscape(after)
}

// LikesAddress is where Likes is served.
func (s Site) LikesAddress(handle string, postID int64) string {
	return s.Post(handle, postID) + "/likes"
}

// SharesAddress is where Shares is served.
func (s Site) SharesAddress(handle string, postID int64) string {
	return s.Post(handle, postID) + "/shares"
}

// AuthorizationAddress is where Authorization is served, by the number of the
// leave, and OwnFeatureAuthorization, by the handle of the topic.
func (s Site) AuthorizationAddress(handle, name string) string {
	return s.Actor(handle) + "/authorizations/" + name
}

// FeaturedCollectionsAddress is where FeaturedCollections is served.
func (s Site) FeaturedCollectionsAddress() string {
	return s.Actor(directory.DirectoryHandle) + "/collections"
}

// FeaturedCollectionAddress is where FeaturedCollection of that topic is served.
func (s Site) FeaturedCollectionAddress(topic string) string {
	return s.FeaturedCollectionsAddress() + "/" + topic
}

// FeaturedItemAddress is where FeaturedItem of that co-op is served.
func (s Site) FeaturedItemAddress(topic, handle string) string {
	return s.FeaturedCollectionAddress(topic) + "/items/" + handle
}

// Log is where the public log is, and its id.
func (s Site) Log() string { return LogOf(s.Origin) }

// LogOf is where the public log of the directory at another origin is.
func LogOf(origin string) string { return origin + publiclog.Path }

// DirectoryOf is the id of the actor of the directory at another origin.
func DirectoryOf(origin string) string {
	return Site{Origin: origin}.Actor(directory.DirectoryHandle)
}

// CoopsAddress is where Coops is served.
func (s Site) CoopsAddress() string { return s.Actor(directory.DirectoryHandle) + "/coops" }

// CoopsPageAddress is where CoopsPage is served: the co-ops after the one with
// that handle; "" begins with the first.
func (s Site) CoopsPageAddress(after string) string {
	return s.CoopsAddress() + "?after=" + url.QueryEscape(after)
}

// logFollow is the id of a Follow by the directory's actor with that name.
func (s Site) logFollow(name string) string {
	return s.Actor(directory.DirectoryHandle) + "/follows/" + name
}

// LogFollowOf is the name of the Follow by the directory's actor that has that id,
// or "".
func (s Site) LogFollowOf(id string) string {
	name, ok := strings.CutPrefix(id, s.logFollow(""))
	if !ok {
		return ""
	}
	return name
}

// Picture is where a picture of a post is: its name changes with what it shows.
func (s Site) Picture(hash, mediaType string) string {
	if mediaType == "image/png" {
		return s.Origin + "/media/" + hash + ".png"
	}
	return s.Origin + "/media/" + hash + ".jpg"
}

// Tag is the page with the posts that have a hashtag, which is folded and
// without #.
func (s Site) Tag(tag string) string { return s.Origin + "/tags/" + url.PathEscape(tag) }

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

// PostOf says which note of ours has that id; the introduction is 0. It takes no
// other spelling of the address; ok does not say that there is such a note.
func (s Site) PostOf(id string) (handle string, post int64, ok bool) {
	actor, number, isPost := strings.Cut(id, "/posts/")
	if isPost {
		post, _ = strconv.ParseInt(number, 10, 64)
	} else {
		actor = strings.TrimSuffix(id, "/introduction")
	}
	handle, ok = s.HandleOf(actor)
	return handle, post, ok && post >= 0 && s.Post(handle, post) == id
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
	for _, own := range []string{directory.DirectoryHandle, directory.InstanceHandle} {
		if strings.TrimSuffix(resource, "/") == strings.TrimSuffix(s.Page(own), "/") {
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
