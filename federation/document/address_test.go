package document

import (
	"strings"
	"testing"
)

func TestHandleOfTakesOnlyTheExactAddress(t *testing.T) {
	for _, handle := range []string{"acme", "a", "directory", "instance", "x_1", strings.Repeat("z", 30)} {
		if got, ok := site.HandleOf(site.Actor(handle)); !ok || got != handle {
			t.Errorf("HandleOf(%s) = %q, %v", site.Actor(handle), got, ok)
		}
	}
	for _, other := range []string{
		"", "/", "acme", "https://coops.example", "https://coops.example/", "https://coops.example/coops/", "https://coops.example/coops/Acme",
		"https://coops.example/coops/acme/", "https://coops.example/coops/acme#main-key", "https://coops.example/coops/acme?x=1",
		"https://coops.example/coops/acme/inbox", "https://coops.example/x/acme", "http://coops.example/coops/acme",
		"https://coops.example.evil.example/coops/acme", "https://evil.example/https://coops.example/coops/acme",
		"https://coops.example/coops/directory", "https://coops.example/coops/instance", "https://coops.example/actors/acme",
		"https://coops.example/coops/" + strings.Repeat("z", 31), "https://coops.example/coops/a-b", "https://coops.example/coops/é",
	} {
		if handle, ok := site.HandleOf(other); ok {
			t.Errorf("HandleOf(%q) = %q", other, handle)
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
		"https://coops.example/":                 "directory",
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
