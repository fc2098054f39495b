package document

import (
	"strings"
	"testing"
)

// Rule 3. Actor and WebFinger lead to each other.
func TestRule3WebFingerAndActorMeet(t *testing.T) {
	documents := federated(t)
	for handle, name := range map[string]string{"acme": "coop-full", "directory": "directory", "instance": "instance", "hosting": "topic-hosting"} {
		actor := read(t, documents[name])
		document, err := site.WebFinger(handle, actor["name"].(string), map[string]string{"acme": full().Logo}[handle])
		if err != nil {
			t.Fatal(err)
		}
		finger := read(t, document)
		if finger["subject"] != "acct:"+actor["preferredUsername"].(string)+"@coops.example" {
			t.Errorf("%s: subject is %v", handle, finger["subject"])
		}
		self := finger["links"].([]any)[0].(object)
		if self["rel"] != "self" || self["type"] != ActivityType || self["href"] != actor["id"] {
			t.Errorf("%s: self link is %v", handle, self)
		}
		if picture := finger["links"].([]any)[2].(object)["href"]; picture != actor["icon"].(object)["url"] {
			t.Errorf("%s: the picture is at %v, or at %v", handle, picture, actor["icon"])
		}
		for _, resource := range append(finger["aliases"].([]any), finger["subject"]) {
			if got, ok := ResourceHandle(resource.(string), site); !ok || got != handle {
				t.Errorf("%v leads to %q", resource, got)
			}
		}
	}
}

func TestNodeInfoSaysWhatTheSchemaRequires(t *testing.T) {
	for _, version := range []string{"2.0", "2.1"} {
		document, ok := site.NodeInfo(version, 512, 3)
		if !ok {
			t.Fatalf("no NodeInfo %s", version)
		}
		info := read(t, document)
		software := info["software"].(object)
		if info["version"] != version || software["name"] != "coopverse" || software["version"] != site.Version {
			t.Errorf("%s: %s", version, document)
		}
		for _, name := range []string{"version", "software", "protocols", "services", "openRegistrations", "usage", "metadata"} {
			if info[name] == nil {
				t.Errorf("%s lacks %s", version, name)
			}
		}
		if info["metadata"].(object)["contact"] != site.Contact {
			t.Errorf("%s names no contact", version)
		}
		if links, err := site.NodeInfoLinks(); err != nil || !strings.Contains(string(links), `"`+site.NodeInfoAddress(version)+`"`) {
			t.Errorf("nothing leads to %s (%v)", version, err)
		}
	}
	if _, ok := site.NodeInfo("3.0", 1, 1); ok {
		t.Error("there is a NodeInfo 3.0")
	}
}
