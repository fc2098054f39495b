package document

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestHandleOfTakesOnlyTheExactAddress(t *testing.T) {
	for _, handle := range []string{"acme", "a", "directory", "instance", "hosting", "france", "x_1", strings.Repeat("z", 30)} {
		if got, ok := site.HandleOf(site.Actor(handle)); !ok || got != handle {
			t.Errorf("HandleOf(%s) = %q, %v", site.Actor(handle), got, ok)
		}
	}
	for _, other := range []string{
		"", "/", "acme", "https://coops.example", "https://coops.example/", "https://coops.example/coops/", "https://coops.example/coops/Acme",
		"https://coops.example/coops/acme/", "https://coops.example/coops/acme#main-key", "https://coops.example/coops/acme?x=1",
		"https://coops.example/coops/acme/inbox", "https://coops.example/x/acme", "http://coops.example/coops/acme",
		"https://coops.example.evil.example/coops/acme", "https://evil.example/https://coops.example/coops/acme",
		"https://coops.example/coops/directory", "https://coops.example/coops/hosting", "https://coops.example/coops/instance", "https://coops.example/actors/acme",
		"https://coops.example/coops/" + strings.Repeat("z", 31), "https://coops.example/coops/a-b", "https://coops.example/coops/é",
	} {
		if handle, ok := site.HandleOf(other); ok {
			t.Errorf("HandleOf(%q) = %q", other, handle)
		}
	}
}

func TestPostOfTakesOnlyTheExactAddress(t *testing.T) {
	for id, want := range map[string]int64{
		"https://coops.example/coops/acme/posts/7":                   7,
		"https://coops.example/coops/acme/posts/9223372036854775807": 9223372036854775807,
		"https://coops.example/coops/acme/introduction":              0,
	} {
		if handle, post, ok := site.PostOf(id); !ok || handle != "acme" || post != want {
			t.Errorf("PostOf(%s) = %q, %d, %v", id, handle, post, ok)
		}
	}
	if handle, _, ok := site.PostOf("https://coops.example/actors/hosting/introduction"); !ok || handle != "hosting" {
		t.Errorf("the introduction of hosting is %q's, %v", handle, ok)
	}
	for _, other := range []string{
		"", "/introduction", "/posts/7", "https://coops.example/introduction", "https://coops.example/coops/acme", "https://coops.example/coops/acme/",
		"https://coops.example/coops/acme/posts", "https://coops.example/coops/acme/posts/", "https://coops.example/coops/acme/posts/0",
		"https://coops.example/coops/acme/posts/-7", "https://coops.example/coops/acme/posts/+7", "https://coops.example/coops/acme/posts/07",
		"https://coops.example/coops/acme/posts/7/", "https://coops.example/coops/acme/posts/7/replies", "https://coops.example/coops/acme/posts/7?x=1",
		"https://coops.example/coops/acme/posts/7#a", "https://coops.example/coops/acme/posts/7x", "https://coops.example/coops/acme/posts/0x7",
		"https://coops.example/coops/acme/posts/9223372036854775808", "https://coops.example/coops/acme/introduction/", "https://coops.example/coops/acme/introduction/introduction",
		"https://coops.example/coops/acme/posts/7/posts/7", "https://coops.example/coops/Acme/posts/7", "http://coops.example/coops/acme/posts/7",
		"https://evil.example/coops/acme/posts/7", "https://coops.example/actors/acme/posts/7", "https://coops.example/coops/hosting/posts/7",
	} {
		if handle, post, ok := site.PostOf(other); ok {
			t.Errorf("PostOf(%q) = %q, %d", other, handle, post)
		}
	}
}

// One address, one post, and back again.
func TestPostOfIsTheOtherWayOfPost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		handle := rapid.OneOf(rapid.StringMatching("[a-z0-9_]{1,30}"), rapid.SampledFrom([]string{"directory", "hosting"})).Draw(t, "handle")
		number := rapid.Int64Range(0, 1<<62).Draw(t, "number")
		id := site.Post(handle, number)
		if got, post, ok := site.PostOf(id); !ok || got != handle || post != number {
			t.Fatalf("PostOf(%s) = %q, %d, %v", id, got, post, ok)
		}
		at := rapid.IntRange(0, len(id)).Draw(t, "at")
		other := id[:at] + rapid.StringMatching("[a-z0-9/_.-]{0,2}").Draw(t, "instead") + id[min(len(id), at+rapid.IntRange(0, 2).Draw(t, "of")):]
		if got, post, ok := site.PostOf(other); ok && site.Post(got, post) != other {
			t.Fatalf("PostOf(%s) = %q, %d", other, got, post)
		}
	})
}

func TestAddressesKeepToTheirPlace(t *testing.T) {
	for got, want := range map[string]string{
		site.Picture("5e1f", "image/jpeg"):                     "https://coops.example/media/5e1f.jpg",
		site.Picture("5e1f", "image/png"):                      "https://coops.example/media/5e1f.png",
		site.Tag("coop"):                                       "https://coops.example/tags/coop",
		site.Tag("日本"):                                         "https://coops.example/tags/%E6%97%A5%E6%9C%AC",
		site.Tag("a/b?c"):                                      "https://coops.example/tags/a%2Fb%3Fc",
		site.RepliesPageAddress("acme", 7, "https://x/?a&b#c"): "https://coops.example/coops/acme/posts/7/replies?after=https%3A%2F%2Fx%2F%3Fa%26b%23c",
		site.RepliesAddress("directory", 0):                    "https://coops.example/actors/directory/introduction/replies",
		site.Page("hosting"):                                   site.Actor("hosting"),
		site.Activity("acme", 42, "profile"):                   "https://coops.example/coops/acme/activities/42/profile",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestResourceIsFoundInAnySpelling(t *testing.T) {
	for resource, want := range map[string]string{
		"acct:acme@coops.example":                "acme",
		"acct:@acme@coops.example":               "acme",
		"ACCT:Acme@Coops.Example":                "acme",
		"acme@coops.example":                     "acme",
		"@acme@coops.example":                    "acme",
		"https://coops.example/coops/acme":       "acme",
		"https://coops.example/coops/acme/":      "acme",
		"https://Coops.example/coops/ACME":       "acme",
		"acct:directory@coops.example":           "directory",
		"acct:instance@coops.example":            "instance",
		"https://coops.example/actors/directory": "directory",
		"https://coops.example/actors/hosting":   "hosting",
		"acct:Hosting@coops.example":             "hosting",
		"https://coops.example/":                 "directory",
		"https://coops.example":                  "directory",
		"https://coops.example/about":            "instance",
	} {
		if got, ok := ResourceHandle(resource, site); !ok || got != want {
			t.Errorf("ResourceHandle(%q) = %q, %v", resource, got, ok)
		}
	}
	for _, resource := range []string{
		"", "acct:", "acct:acme", "acct:acme@", "acct:acme@evil.example", "acct:acme@coops.example.evil.example", "acct:acme@evil.example@coops.example",
		"acct:@coops.example", "acct:a b@coops.example", "https://evil.example/coops/acme", "mailto:acme@coops.example", "https://coops.example/coops/acme/inbox",
	} {
		if handle, ok := ResourceHandle(resource, site); ok {
			t.Errorf("ResourceHandle(%q) = %q", resource, handle)
		}
	}
}

func TestPortBelongsToTheDomain(t *testing.T) {
	local := Site{Origin: "http://localhost:8080"}
	if got := local.Account("acme"); got != "acme@localhost:8080" {
		t.Errorf("account is %s", got)
	}
	if handle, ok := ResourceHandle("acct:acme@localhost:8080", local); !ok || handle != "acme" {
		t.Errorf("found %q, %v", handle, ok)
	}
	if _, ok := ResourceHandle("acct:acme@localhost", local); ok {
		t.Error("found without the port")
	}
}
