package web

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"coopverse/directory"
	"coopverse/directory/opendata"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/net/html"
)

var (
	action = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	used   = regexp.MustCompile(`\b(?:t|tn|prose) "([a-z0-9_.]+)"`)
	family = regexp.MustCompile(`\bt \(print "([a-z0-9_.]+)" `)
)

// families are the ids that templates put together from a value, by the part
// that stands in the template.
func families() map[string][]string {
	members := map[string][]string{
		"source.": {string(directory.FromCoop), string(directory.FromCurator), string(directory.FromList), string(directory.FromInferred)},
		"status.": {string(directory.Active), string(directory.Inactive), string(directory.Defunct), string(directory.Unlisted), string(directory.Removed)},
		"kind.": {
			string(directory.KindAdded), string(directory.KindChanged), string(directory.KindRenamed), string(directory.KindDefunct),
			string(directory.KindReturned), string(directory.KindUnlisted), string(directory.KindRemoved), string(directory.KindMerged),
			string(directory.KindMoved), string(directory.KindRekeyed), string(directory.KindClaimed), string(directory.KindErased),
		},
		"field.":        {"moved_to"}, // which only a move changes
		"filters.":      {"region", "country", "service", "home"},
		"filters.more_": {"region", "country", "service", "home"},
		"mirrors.is_":   {"current", "copying", "silent", "frozen", "adopted"},
	}
	for _, kind := range []directory.TopicKind{directory.TopicService, directory.TopicRegion, directory.TopicCountry} {
		members["topic.kind_"] = append(members["topic.kind_"], string(kind))
		members["topics.kind_"] = append(members["topics.kind_"], string(kind))
	}
	for _, f := range opendata.Formats() {
		members["data.form_"] = append(members["data.form_"], f.Name, f.Name+"_text")
	}
	for _, f := range directory.Fields() {
		members["field."] = append(members["field."], f.Name)
	}
	for _, code := range []int{400, 401, 403, 404, 405, 410, 422, 429, 500, 503} {
		members["trouble.heading_"] = append(members["trouble.heading_"], fmt.Sprint(code))
		members["trouble.text_"] = append(members["trouble.text_"], fmt.Sprint(code))
	}
	for _, part := range []string{"trouble.heading_", "trouble.text_"} {
		members[part] = append(members[part], "post_gone", "not_yours")
	}
	members["edit.hint_"] = formFields
	for _, shelf := range shelves {
		members["edit.shelf_"] = append(members["edit.shelf_"], shelf.name)
	}
	members["desk.done_"] = []string{"saved", "same", "put_back", "posted", "edited", "deleted", "hidden", "shown", "blocked", "unblocked", "scheduled", "cancelled", "stated", "withdrawn", "proved", "unseen"}
	members["operators.done_"] = []string{"accepted", "refused", "confirmed", "refused_evidence", "ended", "resolved", "domain_blocked", "domain_unblocked", "admitted", "other_key", "kept_out",
		"domain_allowed", "domain_disallowed", "imported", "only_yes", "only_no", "tried", "let_go", "nothing_waits", "unsure", "again", "not_again", "not_again_blocked"}
	members["operators.server_"] = []string{"failing", "blocked", "allowed"}
	members["operators.outcome_"] = []string{string(directory.Refused), string(directory.GivenUp)}
	members["domains.import_"], members["domains.import_lede_"] = []string{"domains", "allowed"}, []string{"domains", "allowed"}
	members["delivery.trouble_"] = []string{"other"}
	for _, trouble := range deliveryTroubles {
		members["delivery.trouble_"] = append(members["delivery.trouble_"], trouble.name)
	}
	for _, kind := range []directory.Kind{
		directory.KindAdded, directory.KindChanged, directory.KindRenamed, directory.KindDefunct, directory.KindReturned, directory.KindUnlisted, directory.KindRemoved, directory.KindMerged, directory.KindMoved, directory.KindClaimed,
		directory.KindErased, directory.KindRekeyed, directory.KindCollected, directory.KindPosted, directory.KindPostEdited, directory.KindPostDeleted, directory.KindBoosted,
	} {
		members["happening."] = append(members["happening."], string(kind))
	}
	members["add.hint_"] = []string{"name", "contact"}
	members["add.label_"] = []string{"contact", "evidence-1", "evidence-2"}
	for _, state := range []directory.ProposalState{directory.ProposalBegun, directory.ProposalProved, directory.ProposalWaiting, directory.ProposalAccepted, directory.ProposalRefused} {
		members["proposal."] = append(members["proposal."], string(state))
	}
	for _, kind := range append([]directory.EvidenceKind{directory.ByDomain, directory.ByVouching}, directory.StatedKinds...) {
		members["evidence.kind_"] = append(members["evidence.kind_"], string(kind))
	}
	for _, state := range []directory.EvidenceState{directory.EvidenceStated, directory.EvidenceConfirmed, directory.EvidenceRefused} {
		members["evidence.state_"] = append(members["evidence.state_"], string(state))
	}
	members["control.by_"] = []string{"rel-me", "meta", "file", "dns", "account", sandboxProof}
	for _, part := range formParts {
		members["edit.part_"] = append(members["edit.part_"], part.name)
	}
	members["compose.wrong_"] = []string{"too_large", "gone", "unanswerable"}
	members["compose.slot_"] = []string{"alt_missing", "alt_long", "no_picture", "lost"}
	members["compose.due_"] = []string{"unused", "missing", "form"}
	for _, part := range []string{"role.", "register.lede_", "register.account_", "invitation.lede_", "claim.member_", "people.invited_", "people.open_"} {
		members[part] = []string{string(directory.Owner), string(directory.Editor)}
	}
	for _, method := range []string{"rel-me", "meta", "file", "dns"} {
		for _, part := range []string{"claim.way_", "claim.where_", "claim.found_"} {
			members[part] = append(members[part], method)
		}
	}
	members["claim.found_"] = append(members["claim.found_"], sandboxProof, directory.MethodAccount)
	members["account.go_"] = []string{accountToSignIn, accountToRegister, accountToAdd, accountToClaim}
	members["me.notice_"] = []string{"claimed", "waiting", "invited", "sent", "passkey_added", "passkey_removed", "account_added", "account_removed", "ended", "left"}
	for _, wrong := range []mistyped{typedNothing, typedOddly, typedTooMuch, typedNumbers, typedUs, typedUnknown} {
		members["follow.wrong_"] = append(members["follow.wrong_"], string(wrong))
	}
	return members
}

func catalogue(t *testing.T) []string {
	t.Helper()
	body, err := messageFiles.ReadFile("messages/en.toml")
	if err != nil {
		t.Fatal(err)
	}
	file, err := i18n.ParseMessageFileBytes(body, "messages/en.toml", map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, m := range file.Messages {
		ids = append(ids, m.ID)
	}
	return ids
}

func templates(t *testing.T) map[string]string {
	t.Helper()
	bodies := map[string]string{}
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil || len(files) == 0 {
		t.Fatal("no templates", err)
	}
	for _, name := range files {
		body, err := templateFiles.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		bodies[name] = string(body)
	}
	return bodies
}

func TestEveryTextUsedExistsAndEveryTextIsUsed(t *testing.T) {
	known, seen := catalogue(t), []string{"date.layout", "date.layout_time"} // which pages.go asks for
	for name, body := range templates(t) {
		for _, m := range used.FindAllStringSubmatch(body, -1) {
			seen = append(seen, m[1])
			if !slices.Contains(known, m[1]) {
				t.Errorf("%s asks for %q, which no message has", name, m[1])
			}
		}
		for _, m := range family.FindAllStringSubmatch(body, -1) {
			if families()[m[1]] == nil {
				t.Errorf("%s puts ids together from %q: name its members in families", name, m[1])
			}
			for _, member := range families()[m[1]] {
				seen = append(seen, m[1]+member)
				if !slices.Contains(known, m[1]+member) {
					t.Errorf("%s may ask for %q, which no message has", name, m[1]+member)
				}
			}
		}
	}
	for _, id := range known {
		if !slices.Contains(seen, id) {
			t.Errorf("message %q is used nowhere", id)
		}
	}
}

// What is read out or shown of these attributes is text, too.
var textAttributes = []string{"alt", "title", "placeholder", "aria-label", "aria-description", "data-copied"}

func TestTemplatesHoldNoTexts(t *testing.T) {
	for name, body := range templates(t) {
		// an action stands for nothing, so what letters are left are the template's own
		tokens := html.NewTokenizer(strings.NewReader(action.ReplaceAllString(body, "")))
		for {
			kind := tokens.Next()
			if kind == html.ErrorToken {
				break
			}
			token := tokens.Token()
			if kind == html.TextToken && hasLetter(token.Data) {
				t.Errorf("%s: %q belongs into the messages", name, strings.TrimSpace(token.Data))
			}
			for _, a := range token.Attr {
				if slices.Contains(textAttributes, a.Key) && hasLetter(a.Val) {
					t.Errorf("%s: %s=%q belongs into the messages", name, a.Key, a.Val)
				}
			}
		}
	}
}

func hasLetter(s string) bool { return strings.ContainsFunc(s, unicode.IsLetter) }
