package web_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chromium starts a browser with a profile of its own. Without one on the
// machine the test is skipped, except under CI.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path := "/usr/bin/chromium"
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("chromium is not installed: apt-get install chromium")
		}
		t.Skip("chromium is not installed: apt-get install chromium")
	}
	dir := t.TempDir()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(dir), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("lang", "en-GB"))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Logf("stop chromium: %v", err)
		}
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	return ctx
}

// tab is a tab of a real browser on a house.
type tab struct {
	*house
	ctx context.Context

	mu       sync.Mutex
	trouble  []string // what the browser complained about
	requests []string // addresses that are not this house's
}

// open opens a tab. What the browser complains about (scripts, the policy,
// requests to elsewhere) fails the test at its end.
func (h *house) open(ctx context.Context, scripts bool) *tab {
	h.Helper()
	ctx, cancel := chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	h.Cleanup(cancel)
	b := &tab{house: h, ctx: ctx}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		h.Fatal(err)
	}
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !scripts})
	b.size(1280, 900)
	h.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, s := range append(b.trouble, b.requests...) {
			h.Errorf("the browser: %s", s)
		}
	})
	return b
}

func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.trouble = append(b.trouble, fmt.Sprint(e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "the server responded with a status of") {
			b.trouble = append(b.trouble, e.Entry.Text+" "+e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil && u.Host != b.URLs.Domain && u.Scheme != "data" && u.Scheme != "about" {
			b.requests = append(b.requests, "asked elsewhere: "+e.Request.URL)
		}
	}
}

// call sends a protocol command.
func call[P, R any](b *tab, cmd cdp.Command[P, R], params P) {
	b.Helper()
	if _, err := chromedp.Call(b.ctx, cmd, params); err != nil {
		b.Fatalf("%s: %v", cmd.Method, err)
	}
}

// run runs an action, within a few seconds, and returns its value.
func run[T any](b *tab, a chromedp.Action[T]) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 15*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		b.Fatalf("%v, on %s: %s", err, b.where(), b.words())
	}
	return v
}

func (b *tab) size(width, height int64) {
	b.Helper()
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1})
}

func (b *tab) goTo(path string) {
	b.Helper()
	run(b, chromedp.Navigate(b.Server.URL+path))
}

// where is the path that the tab shows.
func (b *tab) where() string {
	address, err := chromedp.Run(b.ctx, chromedp.Location())
	if err != nil {
		return "?"
	}
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.RequestURI()
}

func (b *tab) words() string {
	ctx, cancel := context.WithTimeout(b.ctx, 2*time.Second)
	defer cancel()
	words, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body")))
	if err != nil {
		return ""
	}
	return strings.Join(strings.Fields(words), " ")
}

// says waits until the page has words.
func (b *tab) says(words string) {
	b.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		got := b.words()
		if strings.Contains(got, words) {
			return
		}
		if time.Now().After(deadline) {
			b.Fatalf("%s does not say %q: %s", b.where(), words, got)
		}
	}
}

// types types into the field called name.
func (b *tab) types(name, words string) {
	b.Helper()
	run(b, chromedp.SendKeys(chromedp.CSS(fmt.Sprintf(`main [name=%q]`, name)), words))
}

// chooses picks one of a group of radio buttons.
func (b *tab) chooses(name, value string) {
	b.Helper()
	run(b, chromedp.Click(chromedp.CSS(fmt.Sprintf(`input[name=%q][value=%q]`, name, value))))
}

// presses presses the button with exactly these words, or else the link, and
// waits for the page that follows.
func (b *tab) presses(words string) {
	b.Helper()
	is := fmt.Sprintf("[normalize-space()=%q]", words)
	button := `//main//button` + is + ` | //main//button[span` + is + `]`
	run(b, chromedp.WaitEvent(page.LoadEventFired, nil,
		chromedp.Click(button+` | //main//a`+is+`[not(`+button+`)]`, chromedp.NodeVisible)))
}

// shoot keeps a picture of the whole page, if ATELIER_SCREENS says where.
func (b *tab) shoot(name string) {
	b.Helper()
	dir := os.Getenv("ATELIER_SCREENS")
	if dir == "" {
		return
	}
	png := run(b, chromedp.FullScreenshot(100))
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.Fatal(err)
	}
}
