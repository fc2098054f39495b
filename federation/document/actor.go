package document

import (
	"fmt"
	"time"

	"coopverse/directory"
	"coopverse/federation/avatar"

	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"
)

// Coop is a co-op's actor. It is an Organization: a Group would be a community
// to Lemmy, a Service would be marked as a bot. Search engines and suggestions
// of other servers may show it once the co-op has claimed it.
func (s Site) Coop(c directory.Coop, publicPEM string) ([]byte, error) {
	organization := streams.NewActivityStreamsOrganization()
	s.fillActor(organization, actor{
		handle: c.Handle, name: DisplayName(c), summary: s.summary(c), publicPEM: publicPEM,
		profile: profile(c), since: c.ListedAt, updated: c.UpdatedAt, discoverable: c.Claimed(), pins: true,
	})
	return encode(organization, actorContext())
}

// Directory is the actor that speaks for the directory as a whole.
func (s Site) Directory(publicPEM string, since time.Time, coops int) ([]byte, error) {
	service := streams.NewActivityStreamsService()
	s.fillActor(service, actor{
		handle: directory.DirectoryHandle, name: s.Name, summary: s.aboutDirectory(coops), publicPEM: publicPEM,
		profile: []any{
			propertyValue("Website", link(s.Page(directory.DirectoryHandle), "me nofollow noopener")),
			propertyValue("Contact", s.contact()),
			propertyValue("Source", link(listAddress, "nofollow noopener")),
		},
		since: since, discoverable: true, pins: true,
	})
	return encode(service, actorContext())
}

// Instance is the actor that signs what we ask of other servers.
func (s Site) Instance(publicPEM string, since time.Time) ([]byte, error) {
	application := streams.NewActivityStreamsApplication()
	s.fillActor(application, actor{
		handle: InstanceHandle, name: s.Name, publicPEM: publicPEM, since: since, profile: []any{},
		summary: "<p>This is the server of " + escape(s.Name) + ". It fetches what the directory needs to know of others, and says nothing.</p>",
	})
	return encode(application, actorContext())
}

func (s Site) aboutDirectory(coops int) string {
	return fmt.Sprintf("<p>%s is a directory of %d technology co-ops that belong to the people who work in them. Follow a single co-op, or this account to hear who joins.</p><p>Corrections and removal: %s</p>",
		escape(s.Name), coops, s.contact())
}

// actor is what differs between our actors.
type actor struct {
	handle, name, summary string // the summary is HTML
	publicPEM             string // SPKI
	profile               []any
	since, updated        time.Time // updated is left out when it is zero
	discoverable          bool
	pins                  bool // has featured notes
}

// vocabularyActor is what the three kinds of actor have in common.
type vocabularyActor interface {
	vocab.Type
	GetUnknownProperties() map[string]any
	SetActivityStreamsFollowers(vocab.ActivityStreamsFollowersProperty)
	SetActivityStreamsFollowing(vocab.ActivityStreamsFollowingProperty)
	SetActivityStreamsIcon(vocab.ActivityStreamsIconProperty)
	SetActivityStreamsInbox(vocab.ActivityStreamsInboxProperty)
	SetActivityStreamsName(vocab.ActivityStreamsNameProperty)
	SetActivityStreamsOutbox(vocab.ActivityStreamsOutboxProperty)
	SetActivityStreamsPreferredUsername(vocab.ActivityStreamsPreferredUsernameProperty)
	SetActivityStreamsPublished(vocab.ActivityStreamsPublishedProperty)
	SetActivityStreamsSummary(vocab.ActivityStreamsSummaryProperty)
	SetActivityStreamsUpdated(vocab.ActivityStreamsUpdatedProperty)
	SetActivityStreamsUrl(vocab.ActivityStreamsUrlProperty)
}

// fillActor writes the smallest actor that every server takes. All addresses
// are on one host, or Misskey and Akkoma refuse it.
func (s Site) fillActor(t vocabularyActor, a actor) {
	t.SetJSONLDId(idOf(s.Actor(a.handle)))
	username := streams.NewActivityStreamsPreferredUsernameProperty()
	username.SetXMLSchemaString(a.handle)
	t.SetActivityStreamsPreferredUsername(username)
	name := streams.NewActivityStreamsNameProperty()
	name.AppendXMLSchemaString(a.name)
	t.SetActivityStreamsName(name)
	summary := streams.NewActivityStreamsSummaryProperty()
	summary.AppendXMLSchemaString(a.summary)
	t.SetActivityStreamsSummary(summary)
	page := streams.NewActivityStreamsUrlProperty()
	page.AppendIRI(address(s.Page(a.handle)))
	t.SetActivityStreamsUrl(page)

	inbox := streams.NewActivityStreamsInboxProperty()
	inbox.SetIRI(address(s.Inbox(a.handle)))
	t.SetActivityStreamsInbox(inbox)
	outbox := streams.NewActivityStreamsOutboxProperty()
	outbox.SetIRI(address(s.OutboxAddress(a.handle)))
	t.SetActivityStreamsOutbox(outbox)
	followers := streams.NewActivityStreamsFollowersProperty()
	followers.SetIRI(address(s.FollowersAddress(a.handle)))
	t.SetActivityStreamsFollowers(followers)
	following := streams.NewActivityStreamsFollowingProperty()
	following.SetIRI(address(s.FollowingAddress(a.handle)))
	t.SetActivityStreamsFollowing(following)

	published := streams.NewActivityStreamsPublishedProperty()
	published.Set(a.since.UTC())
	t.SetActivityStreamsPublished(published)
	if !a.updated.IsZero() {
		updated := streams.NewActivityStreamsUpdatedProperty()
		updated.Set(a.updated.UTC())
		t.SetActivityStreamsUpdated(updated)
	}
	t.SetActivityStreamsIcon(s.icon(a))

	// What follows has no words in go-fed's vocabulary.
	beyond := t.GetUnknownProperties()
	beyond["attachment"] = a.profile
	beyond["tag"] = []any{}
	beyond["discoverable"] = a.discoverable
	beyond["indexable"] = a.discoverable
	beyond["manuallyApprovesFollowers"] = a.handle == InstanceHandle
	beyond["endpoints"] = map[string]any{"sharedInbox": s.SharedInbox()}
	beyond["publicKey"] = map[string]any{"id": s.KeyID(a.handle), "owner": s.Actor(a.handle), "publicKeyPem": a.publicPEM}
	if a.pins {
		beyond["featured"] = s.FeaturedAddress(a.handle)
	}
}

func (s Site) icon(a actor) vocab.ActivityStreamsIconProperty {
	image := streams.NewActivityStreamsImage()
	mediaType := streams.NewActivityStreamsMediaTypeProperty()
	mediaType.Set("image/png")
	image.SetActivityStreamsMediaType(mediaType)
	picture := streams.NewActivityStreamsUrlProperty()
	picture.AppendIRI(address(s.Avatar(a.handle, avatar.Version(a.handle, a.name))))
	image.SetActivityStreamsUrl(picture)
	icon := streams.NewActivityStreamsIconProperty()
	icon.AppendActivityStreamsImage(image)
	return icon
}

func idOf(id string) vocab.JSONLDIdProperty {
	p := streams.NewJSONLDIdProperty()
	p.Set(address(id))
	return p
}
