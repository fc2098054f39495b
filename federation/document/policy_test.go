package document

import (
	"reflect"
	"testing"

	"coopverse/directory"
)

// Mastodon takes a policy that is missing for a no, and so it does an empty
// one. FEP-7aa9 says how to write nobody: the actor itself.
func TestPoliciesSayWhoMayWithoutAsking(t *testing.T) {
	nobody, everyone, us := site.Actor("acme"), "https://www.w3.org/ns/activitystreams#Public", site.Actor("directory")
	for name, tt := range map[string]struct {
		coop           directory.Coop
		feature, quote string
	}{
		"nobody has asked it":  {acme(), us, everyone},
		"claimed":              {changed(func(c *directory.Coop) { c.ClaimedAt = &edited }), everyone, everyone},
		"wants to be featured": {changed(func(c *directory.Coop) { c.Featurable = "true" }), everyone, everyone},
		"wants nothing":        {changed(func(c *directory.Coop) { c.Featurable, c.Quotable = "false", "false" }), nobody, nobody},
		"moved":                {changed(func(c *directory.Coop) { c.ClaimedAt, c.MovedTo = &edited, "https://acme.example/actor" }), us, everyone},
		"claimed, and no":      {changed(func(c *directory.Coop) { c.ClaimedAt, c.Featurable = &edited, "false" }), nobody, everyone},
	} {
		want := object{"canFeature": object{"automaticApproval": []any{tt.feature}}, "canQuote": object{"automaticApproval": []any{tt.quote}}}
		if got := read(t, must(t)(site.Coop(tt.coop, keys)))["interactionPolicy"]; !reflect.DeepEqual(got, any(want)) {
			t.Errorf("%s: the actor says %v", name, got)
		}
		delete(want, "canFeature")
		if got := read(t, must(t)(site.Introduction(tt.coop)))["interactionPolicy"]; !reflect.DeepEqual(got, any(want)) {
			t.Errorf("%s: the introduction says %v", name, got)
		}
	}
	documents := federated(t)
	for name, who := range map[string]string{"directory": everyone, "topic-hosting": everyone, "instance": site.Actor("instance")} {
		want := object{"canFeature": object{"automaticApproval": []any{who}}, "canQuote": object{"automaticApproval": []any{who}}}
		if got := read(t, documents[name])["interactionPolicy"]; !reflect.DeepEqual(got, any(want)) {
			t.Errorf("%s says %v", name, got)
		}
	}
	for name, who := range map[string]string{"note": everyone, "note-unquotable": nobody, "introduction-directory": everyone, "introduction-topic-hosting": everyone} {
		if got := read(t, documents[name])["interactionPolicy"]; !reflect.DeepEqual(got, any(object{"canQuote": object{"automaticApproval": []any{who}}})) {
			t.Errorf("%s says %v", name, got)
		}
	}
}

// Mastodon compares both ends of what it was given with what it asked for.
func TestLeaveNamesBothEnds(t *testing.T) {
	documents := federated(t)
	for name, want := range map[string]object{
		"authorization-quote": {"type": "QuoteAuthorization", "id": "https://coops.example/coops/acme/authorizations/3", "attributedTo": site.Actor("acme"),
			"interactingObject": "https://m.example/users/ada/statuses/2", "interactionTarget": site.Post("acme", 7)},
		"authorization-feature": {"type": "FeatureAuthorization", "id": "https://coops.example/coops/acme/authorizations/4", "attributedTo": site.Actor("acme"),
			"interactingObject": "https://m.example/ap/users/1/collections/5", "interactionTarget": site.Actor("acme")},
		"authorization-own": {"type": "FeatureAuthorization", "id": "https://coops.example/coops/acme/authorizations/hosting", "attributedTo": site.Actor("acme"),
			"interactingObject": site.FeaturedCollectionAddress("hosting"), "interactionTarget": site.Actor("acme")},
	} {
		got := read(t, documents[name])
		delete(got, "@context")
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %v", name, got)
		}
		if name == "authorization-own" {
			continue // our collections leave an item out themselves
		}
		remove := read(t, documents["delete-"+name])
		if remove["type"] != "Delete" || remove["actor"] != site.Actor("acme") || !reflect.DeepEqual(remove["object"], any(want)) || !reflect.DeepEqual(remove["to"], any([]any{"https://m.example/users/ada"})) {
			t.Errorf("the Delete of %s is %v", name, remove)
		}
	}
	introduction := quoteLeave
	introduction.PostID = 0
	if target := read(t, must(t)(site.Authorization(introduction)))["interactionTarget"]; target != site.IntroductionAddress("acme") {
		t.Errorf("leave to quote the introduction is of %v", target)
	}
}
