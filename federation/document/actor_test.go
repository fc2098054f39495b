package document

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// Rule 4. The key is one object; Lemmy's parser needs the fragment.
func TestRule4KeyBelongsToActor(t *testing.T) {
	seen := 0
	each(t, func(t *testing.T, name string, o object) {
		number := int64(1)
		if strings.HasSuffix(name, "rekeyed") {
			number = 2
		}
		walk(o, func(o object) {
			if !isActor(o) {
				return
			}
			seen++
			key, isObject := o["publicKey"].(object)
			if !isObject || key["owner"] != o["id"] || key["id"] != site.KeyID(o["preferredUsername"].(string), number) || key["publicKeyPem"] != publicPEM {
				t.Errorf("publicKey is %v", o["publicKey"])
			}
			methods, _ := o["assertionMethod"].([]any)
			want := object{"type": "Multikey", "id": site.ProofKeyID(o["preferredUsername"].(string), number), "controller": o["id"], "publicKeyMultibase": keys.Multibase}
			if len(methods) != 1 || !reflect.DeepEqual(methods[0], any(want)) {
				t.Errorf("assertionMethod is %v", o["assertionMethod"])
			}
		})
	})
	if seen < 18 {
		t.Errorf("saw %d actors", seen)
	}
}

// Rule 8. Misskey and Akkoma refuse an actor on two hosts; Mastodon ignores a
// page elsewhere.
func TestRule8EverythingIsOnOneHost(t *testing.T) {
	each(t, func(t *testing.T, _ string, o object) {
		if !isActor(o) {
			return
		}
		addresses := []any{o["endpoints"].(object)["sharedInbox"], o["publicKey"].(object)["id"], o["icon"].(object)["url"]}
		if header, ok := o["image"].(object); ok {
			addresses = append(addresses, header["url"])
		}
		for _, name := range []string{"id", "url", "inbox", "outbox", "followers", "following", "featured"} {
			if name == "featured" && o["type"] == "Application" {
				continue
			}
			addresses = append(addresses, o[name])
		}
		for _, a := range addresses {
			if s, _ := a.(string); !strings.HasPrefix(s, "https://coops.example/") {
				t.Errorf("%v is not on our host", a)
			}
		}
	})
}

// Rule 16 is TestHandleOfTakesOnlyTheExactAddress; here is its one path.
func TestRule16OnePathPerActor(t *testing.T) {
	seen := map[string]string{}
	for _, handle := range []string{"acme", "directory", "instance", "hosting", "europe", "actors", "coops", "inbox"} {
		id := site.Actor(handle)
		if seen[id] != "" || strings.Count(id, "/") != 4 {
			t.Errorf("%s has the id %s", handle, id)
		}
		seen[id] = handle
	}
}

// Rule 17. Mastodon verifies a link only if it is alone and shows its address.
func TestRule17WebsiteIsOneLinkThatShowsItself(t *testing.T) {
	actor := read(t, federated(t)["coop-unclaimed"])
	website := actor["attachment"].([]any)[0].(object)
	want := `<a href="https://acme.example/?a=1&amp;b=2" rel="me nofollow noopener" target="_blank">https://acme.example/?a=1&amp;b=2</a>`
	if website["type"] != "PropertyValue" || website["name"] != "Website" || website["value"] != want {
		t.Errorf("the website is %v", website)
	}
	if u, err := url.Parse(actor["url"].(string)); err != nil || u.Host != "coops.example" {
		t.Errorf("the page is at %v", actor["url"])
	}
	closed := changed(func(c *directory.Coop) { c.Status = directory.Defunct })
	for _, line := range profile(closed) {
		if line.(object)["name"] == "Website" {
			t.Error("a closed co-op still has a website")
		}
	}
}

func TestHostileEntryLinksNowhere(t *testing.T) {
	for name, document := range federated(t) {
		if strings.Contains(name, "hostile") && (strings.Contains(string(document), "javascript:") || strings.Contains(string(document), "<script")) {
			t.Errorf("%s: %s", name, document)
		}
	}
}

// A co-op is suggested to others only when it has said that it is there.
func TestOnlyClaimedEntriesAreDiscoverable(t *testing.T) {
	documents := federated(t)
	for name, want := range map[string]bool{"coop-unclaimed": false, "coop-claimed": true, "coop-closed": false, "directory": true, "topic-hosting": true, "instance": false} {
		actor := read(t, documents[name])
		if actor["discoverable"] != want || actor["indexable"] != want {
			t.Errorf("%s: discoverable %v, indexable %v", name, actor["discoverable"], actor["indexable"])
		}
	}
}

func TestEntrySaysHowItStands(t *testing.T) {
	documents := federated(t)
	for name, words := range map[string][]string{
		"unclaimed": {"This entry is unclaimed", "has not confirmed it", "hello@coops.example", "https://github.com/hng/tech-coops"},
		"claimed":   {"kept by the co-op itself"},
		"inactive":  {"is listed as inactive", "unclaimed", "hello@coops.example"},
		"closed":    {"This co-op has closed", "hello@coops.example"},
		"unlisted":  {"no longer on the list", "hello@coops.example"},
	} {
		for _, document := range []string{"coop-" + name, "introduction-" + name} {
			for _, word := range words {
				if !strings.Contains(string(documents[document]), word) {
					t.Errorf("%s does not say %q", document, word)
				}
			}
		}
		if name != "unclaimed" && name != "inactive" && strings.Contains(string(documents["coop-"+name]), "unclaimed") {
			t.Errorf("%s says that it is unclaimed", name)
		}
	}
}

// Mastodon shows Service and Application as bots, Lemmy a Group as a community.
func TestActorsAreOfTheRightKind(t *testing.T) {
	documents := federated(t)
	for name, want := range map[string]string{"coop-unclaimed": "Organization", "directory": "Service", "topic-hosting": "Service", "instance": "Application"} {
		if got := read(t, documents[name])["type"]; got != want {
			t.Errorf("%s is a %v, want %s", name, got, want)
		}
	}
}

func TestPictureHasAnotherAddressWhenItChanges(t *testing.T) {
	icon := func(c directory.Coop) any {
		document, err := site.Coop(c, keys)
		if err != nil {
			t.Fatal(err)
		}
		return read(t, document)["icon"].(object)["url"]
	}
	other := changed(func(c *directory.Coop) { c.Name = "Bolt" })
	if icon(acme()) == icon(other) {
		t.Error("the picture kept its address under another name")
	}
	if !strings.HasSuffix(icon(acme()).(string), ".png") {
		t.Errorf("the picture is at %v", icon(acme()))
	}
}

func TestContactMayBeAPage(t *testing.T) {
	other := site
	other.Contact = "https://coops.example/help"
	if summary := other.summary(acme()); !strings.Contains(summary, link("https://coops.example/help", "nofollow noopener")) {
		t.Error(summary)
	}
}

// The list itself holds stranger things than anyone would think of.
func TestEveryListedCoopHasAProfile(t *testing.T) {
	db := storetest.SQLite(t)
	d := directory.New(db)
	storetest.ImportSeed(t, d)
	var coops []directory.Coop
	rows, err := db.SQL().QueryContext(t.Context(), "SELECT handle FROM coops")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var handle string
		if err := rows.Scan(&handle); err != nil {
			t.Fatal(err)
		}
		c, err := d.Coop(t.Context(), handle)
		if err != nil {
			t.Fatal(err)
		}
		coops = append(coops, c)
	}
	if err := rows.Err(); err != nil || len(coops) < 100 {
		t.Fatalf("%d co-ops, %v", len(coops), err)
	}
	for _, c := range coops {
		document, err := site.Coop(c, keys)
		if err != nil {
			t.Fatal(err)
		}
		actor := read(t, document)
		checkHTML(t, actor["summary"].(string))
		if website := actor["attachment"].([]any)[0].(object); c.Website != "" && c.Status == directory.Active && website["name"] != "Website" {
			t.Errorf("%s has no link to %s", c.Handle, c.Website)
		}
		if _, err := site.Featured(c); err != nil {
			t.Error(err)
		}
	}
}

// Misskey takes 64 kB. A profile whose every field is as long as it can be stays below that.
func TestFullestProfileIsSmallEnough(t *testing.T) {
	wide := func(n int) string { return strings.Repeat("&", n) }
	lines := func(n int, line string) string { return strings.TrimSuffix(strings.Repeat(line+"\n", n), "\n") }
	address := "https://acme.example/?" + wide(190) // a line that is longer is left out
	document := must(t)(site.Coop(changed(func(c *directory.Coop) {
		c.Name, c.Summary, c.Contact, c.Hiring, c.Website = wide(directory.MaxName), wide(directory.MaxSummary), address, address, address
		c.Links, c.Networks, c.Products = lines(8, wide(directory.MaxLabel)+" | "+address), lines(12, wide(directory.MaxLabel)), lines(12, wide(directory.MaxLabel))
		c.Extra = lines(8, wide(directory.MaxLabel)+" | "+wide(directory.MaxLineValue))
		c.Logo = strings.Repeat("5e1f", 16) + ".png | " + wide(directory.MaxLineValue)
		c.Header = c.Logo
	}), keys))
	if len(document) > 60_000 {
		t.Errorf("%d bytes", len(document))
	}
}
