package federation

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/federation/signature"
)

// captured is a document as another program sends it, minimised.
type captured struct {
	name    string // of its file
	quirk   string
	shows   []string // what the server shows from now on
	learned []string // what the directory knows afterwards
}

// software is a program with the documents that it sends us, in this order.
type software struct {
	name, folder string
	documents    []captured
}

// TestCapturedDocuments has each program send us what it sends, and compares what
// the directory knows then. All of it is taken, also what we have no use for.
func TestCapturedDocuments(t *testing.T) {
	private, err := signature.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us := serveOurs(t, d)
		for _, program := range allCaptured {
			t.Run(program.name, func(t *testing.T) {
				server := newCapturedServer(t, us, program.folder, &signature.Key{Private: private})
				used := actorsOf(t, program.folder)
				for _, name := range used {
					server.show(name)
				}
				for _, c := range program.documents {
					used = append(append(used, c.name), c.shows...)
					for _, name := range c.shows {
						server.show(name)
					}
					before := server.known()
					if status, answer := server.send(c.name); status != http.StatusAccepted {
						t.Errorf("%s (%s): %d %s", c.name, c.quirk, status, answer)
					}
					if got := server.known().since(before); !slices.Equal(got, c.learned) {
						t.Errorf("%s (%s): the directory has learned\n\t%s\nwant\n\t%s", c.name, c.quirk, strings.Join(got, "\n\t"), strings.Join(c.learned, "\n\t"))
					}
				}
				for _, name := range documentsOf(t, program.folder) {
					if !slices.Contains(used, name) {
						t.Errorf("nobody sends %s", name)
					}
				}
			})
		}
	})
}

// allCaptured has every document of testdata/captured that is sent to us.
var allCaptured = slices.Concat(fromMicroblogs, fromOthers)
