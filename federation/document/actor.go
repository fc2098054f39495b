package document

import (
	"fmt"
	"time"

	"coopverse/directory"
	"coopverse/federation/avatar"
	"coopverse/federation/document/streams"

	"github.com/go-fed/activity/streams/vocab"
)

// Keys are the public halves of an actor's newest pair of keys.
type Keys struct {
	Number    int64  // counts the pairs from 1
	PublicPEM string // SPKI, verifies requests
	Multibase string // verifies documents (FEP-8b32)
}

// Coop is a co-op's actor. It is an Organization: a Group would be a community
// to Lemmy, a Service would be marked as a bot.
func (s Site) Coop(c directory.Coop, keys Keys) ([]byte, error) {
	organization := streams.NewActivityStreamsOrganization()
	s.fillActor(organization, actor{
		handle: c.Handle, name: DisplayName(c), summary: s.summary(c), keys: keys,
		profile: profile(c), since: c.ListedAt, updated: c.UpdatedAt, discoverable: c.MayBeDiscovered(), indexable: c.MayBeIndexed(), pins: true,
		icon: s.shown(c.Logo), image: s.shown(c.Header),
		featuredBy: s.featuredBy(c), quotedBy: s.everyone(c.Handle, c.MayBeQuoted()),
	})
	if c.MovedTo != "" {
		organization.GetUnknownProperties()["movedTo"] = c.MovedTo
	}
	return encode(organization)
}

// featuredBy says who may put a co-op into a collection without asking. Once it
// has moved, that is for its new actor to say.
func (s Site) featuredBy(c directory.Coop) string {
	everyone := c.FeaturableBy(false) && c.MovedTo == ""
	if !everyone && c.FeaturableBy(true) {
		return s.Actor(directory.DirectoryHandle)
	}
	return s.everyone(c.Handle, everyone)
}

// everyone is the public, or else the actor itself. That means nobody, which an
// empty list does not say: to readers of JSON-LD it is the same as none.
func (s Site) everyone(handle string, may bool) string {
	if may {
		return public
	}
	return s.Actor(handle)
}

// Directory is the actor that speaks for the directory as a whole, and has
// collections of its co-ops.
func (s Site) Directory(keys Keys, since time.Time, coops int) ([]byte, error) {
	service := s.service(actor{handle: directory.DirectoryHandle, name: s.Name, summary: s.aboutDirectory(coops), keys: keys, since: since})
	service.GetUnknownProperties()["featuredCollections"] = s.FeaturedCollectionsAddress()
	return encode(service)
}

// Topic is the actor that speaks of a topic's co-ops, of which there are that
// many.
func (s Site) Topic(t directory.Topic, keys Keys, since time.Time, coops int) ([]byte, error) {
	return encode(s.service(actor{handle: t.Handle, name: s.TopicName(t), summary: s.aboutTopic(t, coops), keys: keys, since: since}))
}

// service is an actor of the directory's own that people follow. Mastodon shows
// it as a bot.
func (s Site) service(a actor) vocab.ActivityStreamsService {
	a.profile = []any{
		propertyValue("Website", link(s.Page(directory.DirectoryHandle), "me nofollow noopener")),
		propertyValue("Contact", s.contact()),
		propertyValue("Source", link(listAddress, "nofollow noopener")),
	}
	a.discoverable, a.indexable, a.pins, a.featuredBy, a.quotedBy = true, true, true, public, public
	service := streams.NewActivityStreamsService()
	s.fillActor(service, a)
	return service
}

// Instance is the actor that signs what we ask of other servers. Anyone may
// read it without a signature of their own: otherwise two servers that both ask
// for signatures would wait for each other.
func (s Site) Instance(keys Keys, since time.Time) ([]byte, error) {
	nobody := s.everyone(directory.InstanceHandle, false)
	application := streams.NewActivityStreamsApplication()
	s.fillActor(application, actor{
		handle: directory.InstanceHandle, name: s.Name, keys: keys, since: since, profile: []any{}, featuredBy: nobody, quotedBy: nobody,
		summary: "<p>This is the server of " + escape(s.Name) + ". It fetches what the directory needs to know of others, and says nothing.</p>",
	})
	return encode(application)
}

func (s Site) aboutDirectory(coops int) string {
	return fmt.Sprintf("<p>%s is a directory of %d technology co-ops that belong to the people who work in them. Follow a single co-op, or this account to hear who joins.</p><p>Corrections and removal: %s</p>",
		escape(s.Name), coops, s.contact())
}

// actor is what differs between our actors.
type actor struct {
	handle, name, summary string // the summary is HTML
	keys                  Keys
	profile               []any
	since, updated        time.Time // updated is left out when it is zero
	discoverable          bool
	indexable             bool
	icon, image           map[string]any // without an icon of its own, one is drawn
	pins                  bool           // has featured notes
	featuredBy, quotedBy  string         // who may without asking
}

// vocabularyActor is what the three kinds of actor have in common.
type vocabularyActor interface {
	extensible
	SetActivityStreamsFollowers(vocab.ActivityStreamsFollowersProperty)
	SetActivityStreamsFollowing(vocab.ActivityStreamsFollowingProperty)
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
	page := streams.NewActivityStreamsURLProperty()
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

	// go-fed has no words for most of what follows.
	beyond := t.GetUnknownProperties()
	beyond["attachment"] = a.profile
	beyond["tag"] = []any{}
	beyond["icon"] = a.icon
	if a.icon == nil {
		beyond["icon"] = image("image/png", s.Avatar(a.handle, avatar.Version(a.handle, a.name)))
	}
	if a.image != nil {
		beyond["image"] = a.image
	}
	beyond["discoverable"] = a.discoverable
	beyond["indexable"] = a.indexable
	beyond["manuallyApprovesFollowers"] = a.handle == directory.InstanceHandle
	beyond["endpoints"] = map[string]any{"sharedInbox": s.SharedInbox()}
	beyond["publicKey"] = map[string]any{"id": s.KeyID(a.handle, a.keys.Number), "owner": s.Actor(a.handle), "publicKeyPem": a.keys.PublicPEM}
	beyond["assertionMethod"] = []any{map[string]any{
		"type": "Multikey", "id": s.ProofKeyID(a.handle, a.keys.Number), "controller": s.Actor(a.handle), "publicKeyMultibase": a.keys.Multibase,
	}}
	beyond["interactionPolicy"] = map[string]any{"canFeature": approved(a.featuredBy), "canQuote": approved(a.quotedBy)}
	if a.pins {
		beyond["featured"] = s.FeaturedAddress(a.handle)
	}
}

// approved is the part of an interaction policy that says who may do something
// without asking. Mastodon takes a policy that is missing for a no.
func approved(who string) map[string]any { return map[string]any{"automaticApproval": []any{who}} }

func image(mediaType, at string) map[string]any {
	return map[string]any{"type": "Image", "mediaType": mediaType, "url": at}
}

// shown is a picture of an entry, or nil. Mastodon reads what it shows from
// summary, others from name.
func (s Site) shown(value string) map[string]any {
	p, ok := directory.ReadShown(value)
	if !ok {
		return nil
	}
	shown := image(p.MediaType, s.Picture(p.Hash, p.MediaType))
	if alt := withoutMarkup(p.Alt); alt != "" {
		shown["name"], shown["summary"] = alt, alt
	}
	return shown
}

func idOf(id string) vocab.JSONLDIdProperty {
	p := streams.NewJSONLDIdProperty()
	p.Set(address(id))
	return p
}
