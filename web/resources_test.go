package web

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"coopverse/directory/storetest"
)

// The list is not read for every reader, but a new version is soon shown.
func TestResourcesFollowTheList(t *testing.T) {
	s := newServer(t, &bytes.Buffer{})
	if body := ask(s, "GET", "/resources", "").Body.String(); !strings.Contains(body, "has not been read yet") {
		t.Error("there are resources before there is a list")
	}
	storetest.ImportSeed(t, s.directory)
	if body := ask(s, "GET", "/resources", "").Body.String(); !strings.Contains(body, "has not been read yet") {
		t.Error("the list is read for every reader")
	}
	s.sections.readAt = time.Now().Add(-keepSections)
	if body := ask(s, "GET", "/resources", "").Body.String(); !strings.Contains(body, "/resources/handbooks") {
		t.Error("the new list is not shown")
	}
	if w := ask(s, "GET", "/resources/handbooks", ""); w.Code != 200 {
		t.Errorf("its section: %d", w.Code)
	}
}
