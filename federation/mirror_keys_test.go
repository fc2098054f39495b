package federation

import (
	"encoding/json"
	"testing"

	"coopverse/directory"
	"coopverse/directory/publiclog"
	"coopverse/directory/storetest"
)

// A mirror keeps the changes of its home's key that it has followed, and another
// mirror follows them there when the home is gone: one that had begun its copy
// before, and one that begins with an old key.
func TestKeysAreFollowedAtMirrors(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		second, border, home := serveOurs(t, d), newBorder(t), far(t)
		f := border.leadTo(home)
		m := mirrorOf(t, second, border.URL)
		second.pulls(m)
		third, fourth := serveOurs(t, directory.New(storetest.SQLite(t))), serveOurs(t, directory.New(storetest.SQLite(t)))
		of := copyOf(t, third, second, m)
		third.pulls(of)
		for i := range 3 {
			if err := f.RotateKeys(t.Context(), directory.DirectoryHandle, "test"); err != nil {
				t.Fatal(err)
			}
			curate(t, home, "sange", map[string]string{"summary": []string{"One", "Two", "Three"}[i]})
			if i > 0 { // the second follows twice, and one time over two keys
				second.pulls(m)
			}
			var err error
			if m, err = d.Mirror(t.Context(), m.Host); err != nil {
				t.Fatal(err)
			}
		}
		var kept []string
		if err := json.Unmarshal([]byte(m.Handovers), &kept); err != nil || len(kept) != 3 {
			t.Fatalf("%d handovers are kept, %v", len(kept), err)
		}
		if key, _ := publiclog.FollowHandovers(m.LogOrigin(), of.Key, kept); key == of.Key || key != m.Key {
			t.Errorf("they lead to %s and not to %s", key, m.Key)
		}
		border.Close()
		third.pulls(of)
		from := copyOf(t, fourth, third, of) // with the key that it was in the beginning
		fourth.pulls(from)
		for name, is := range map[string]*ourServer{"third": third, "fourth": fourth} {
			now, err := is.federation.directory.Mirror(t.Context(), m.Host)
			if err != nil || now.Key != m.Key || now.Handovers != m.Handovers {
				t.Errorf("the %s has the key %s and the handovers %.100s, %v", name, now.Key, now.Handovers, err)
			}
			if got := is.summaryAt(now, "sange"); got != "Three" {
				t.Errorf("the %s shows %q", name, got)
			}
		}
	})
}
