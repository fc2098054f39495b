package main

import (
	"context"
	"fmt"
	"html"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// person is somebody at a browser, with a device that makes passkeys. What is
// done is counted, and written down.
type person struct {
	t      *testing.T
	ctx    context.Context
	clicks int
	steps  []string
	began  time.Time
}

// newPerson starts a Chromium, or skips the test where there is none.
func newPerson(t *testing.T, flags ...chromedp.ExecAllocatorOption) *person {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium: install it to walk through the pages in a browser")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-quic", true), chromedp.WSURLReadTimeout(time.Minute),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(options, flags...)...)
	t.Cleanup(stop)
	tab, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { _ = chromedp.Cancel(tab); cancel() })
	if err := chromedp.Do(tab); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	ctx, expire := context.WithTimeout(tab, 2*time.Minute)
	t.Cleanup(expire)
	p := &person{t: t, ctx: ctx}
	p.do(call(webauthn.Enable, webauthn.EnableParams{}),
		call(webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}}))
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the person has %s, and sees:\n%s", strings.Join(p.steps, "; "), p.sees())
		}
	})
	p.began = time.Now()
	return p
}

// call is a command of the browser's protocol as a step.
func call[P, R any](command cdp.Command[P, R], parameters P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, parameters)
		return err
	})
}

func (p *person) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatalf("%v, after: %s", err, strings.Join(p.steps, "; "))
	}
}

func (p *person) note(format string, args ...any) {
	p.steps = append(p.steps, fmt.Sprintf("%.1f s: ", time.Since(p.began).Seconds())+fmt.Sprintf(format, args...))
}

// opens goes to an address.
func (p *person) opens(address string) {
	p.t.Helper()
	p.note("opens %s", address)
	p.do(chromedp.Navigate(address))
}

// labelled is the link, the button or the head of something folded that reads
// like this.
func labelled(text string) chromedp.Search {
	return chromedp.Search(fmt.Sprintf(`//main//*[self::a or self::button or self::summary][starts-with(normalize-space(.), %q)]`, text))
}

// presses clicks what reads like this, and waits for the page that it leads to.
func (p *person) presses(text string) {
	p.t.Helper()
	p.clicks++
	p.note("presses %q", text)
	r, err := chromedp.RunResponse(p.ctx, chromedp.Click(labelled(text)))
	if err != nil || r.Status != 200 {
		p.t.Fatalf("pressing %q: %v %+v", text, err, r)
	}
}

// unfolds clicks what shows more of the same page.
func (p *person) unfolds(text string) {
	p.t.Helper()
	p.clicks++
	p.note("unfolds %q", text)
	p.do(chromedp.Click(labelled(text)))
}

// writes types into the field of that name, which is empty.
func (p *person) writes(field, text string) {
	p.t.Helper()
	p.clicks++
	p.note("writes %s", field)
	p.do(chromedp.SendKeys(chromedp.CSS(fmt.Sprintf(`main [name=%q]`, field)), text))
}

// chooses puts a file into the field of that name.
func (p *person) chooses(field, file string) {
	p.t.Helper()
	p.clicks++
	p.note("chooses %s", filepath.Base(file))
	p.do(chromedp.SetUploadFiles(chromedp.CSS(fmt.Sprintf(`input[name=%q]`, field)), []string{file}))
}

// html and sees are what is on the page.
func (p *person) html() string {
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.documentElement.outerHTML`))
	if err != nil {
		p.t.Error(err)
	}
	return text
}

func (p *person) sees() string { return page{text: p.html()}.words() }

// wants ends the test unless the page says this.
func (p *person) wants(text string) {
	p.t.Helper()
	if !strings.Contains(p.sees(), text) {
		p.t.Fatalf("the page does not say %q", text)
	}
}

// TestWholeWalk claims a co-op in a browser, edits its summary, and posts with a
// picture. A follower at another server has the post in less than five seconds.
func TestWholeWalk(t *testing.T) {
	needFedify(t)
	const website, limit = "www.igalia.com", 5 * time.Second
	a := newAuthority(t, ourDomain, "alice.test", website)
	sites := newWebsites(t, a)
	them := newFedify(t, a, "alice.test", "alice")
	us := newInstance(t, []string{"--data", t.TempDir()}, a, connectTo("alice.test", them.address), connectTo(website, sites.address))
	us.start()
	proxy := a.proxy(t, us.address)
	them.args = append(them.args, connectTo(ourDomain, proxy))
	them.start()
	them.joins("alice", igalia)
	sites.show(website, "<head></head>")
	pictures := filepath.Join(t.TempDir(), "pictures")
	if err := writePictures(pictures); err != nil {
		t.Fatal(err)
	}

	p := newPerson(t, chromedp.Flag("host-resolver-rules", "MAP "+ourDomain+":443 "+proxy), chromedp.Flag("ignore-certificate-errors", true))
	p.opens(igalia)
	p.presses("This is us")
	p.presses("Begin")
	p.presses("Check now")
	p.wants("Not found yet")
	ways := page{text: p.html()}.toCopy()
	at := slices.IndexFunc(ways, func(way string) bool { return strings.HasPrefix(way, "<meta") })
	if at < 0 {
		t.Fatalf("no tag to copy in %q", ways)
	}
	sites.show(website, "<head>"+ways[at]+"</head>")
	p.note("puts the tag on the website")
	p.presses("Check now")
	p.wants("It is yours, Igalia")
	p.presses("Create your passkey")
	p.writes("name", "Ada Lovelace")
	p.presses("Create") // the device asks nobody
	p.wants("The entry is yours now")
	p.presses("Edit")
	p.writes("summary", "We make browsers, together.")
	p.presses("Save")
	p.wants("Saved.")
	eventually(t, promise, "the new profile there", func() (bool, any) {
		profile := them.lookup(igalia).JSONLD["summary"]
		return strings.Contains(fmt.Sprint(profile), "We make browsers, together."), profile
	})
	p.presses("News")
	p.presses("Write news")
	p.writes("text", "We have moved to a larger house.")
	p.unfolds("Pictures")
	p.chooses("file-1", filepath.Join(pictures, "photo.jpg"))
	p.writes("alt-1", "A house with a green door.")
	before := len(them.deliveries())
	pressed := time.Now()
	p.presses("Post")
	var post delivery
	eventually(t, 2*limit, "the post there", func() (bool, any) {
		all := them.deliveries()[before:]
		at := slices.IndexFunc(all, func(d delivery) bool {
			return d.Activity.Type == "Create" && strings.Contains(d.Activity.Object.Content, "larger house")
		})
		if at >= 0 {
			post = all[at]
		}
		return at >= 0, said(all)
	})
	took := post.At.Sub(pressed)
	t.Logf("the post was there %.2f s after the click", took.Seconds())
	if took > limit {
		t.Errorf("the post was there after %s", took)
	}
	if pictures := post.Activity.Object.Attachment; len(pictures) != 1 || pictures[0].Name != "A house with a green door." {
		t.Errorf("it has the pictures %+v", pictures)
	}
	p.wants("Posted.")
	t.Logf("%d clicks:\n%s", p.clicks, strings.Join(p.steps, "\n"))
}

// TestTrialInThreeMinutes claims, edits and posts in a trial. A robot takes less
// than 20 seconds, so that a person who reads has three minutes.
func TestTrialInThreeMinutes(t *testing.T) {
	address := freeAddress(t)
	s := start(t, "try", "--listen", address, "--data", t.TempDir())
	s.ready(t, address)
	origin := strings.Replace("http://"+address, "127.0.0.1", "localhost", 1)
	p := newPerson(t)
	p.opens(origin + "/coops/agaric")
	p.presses("This is us")
	p.presses("Begin")
	p.presses("Prove it without looking")
	p.wants("This is a trial, so nothing was looked at.")
	p.presses("Create your passkey")
	p.writes("name", "Ada")
	p.presses("Create")
	p.wants("The entry is yours now")
	p.presses("Edit")
	p.writes("summary", "Web developers since 2006.")
	p.presses("Save")
	p.presses("News")
	p.presses("Write news")
	p.writes("text", "Hello, fediverse!")
	p.presses("Post")
	p.wants("Posted.")
	took := time.Since(p.began)
	p.opens(origin + "/coops/agaric")
	for _, want := range []string{"Web developers since 2006.", "Hello, fediverse!"} {
		if !strings.Contains(html.UnescapeString(p.html()), want) {
			t.Errorf("the page of the co-op lacks %q", want)
		}
	}
	t.Logf("%d clicks in %.1f s:\n%s", p.clicks, took.Seconds(), strings.Join(p.steps, "\n"))
	if took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
}
