package interop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// client is a member's app: the client API with a token.
type client struct {
	t           *now
	base, token string
	name        string
}

// status is what the tests look at of a status.
type status struct {
	ID, URI, Content, Visibility string
	Account                      account
	Reblog                       *status
	InReplyToID                  *string `json:"in_reply_to_id"`
	EditedAt                     *string `json:"edited_at"`
	ReblogsCount                 int     `json:"reblogs_count"`
	FavouritesCount              int     `json:"favourites_count"`
	RepliesCount                 int     `json:"replies_count"`
}

type account struct {
	ID, Acct, Username, URI, URL string
	FollowersCount               int `json:"followers_count"`
}

// do sends a request; form, if not nil, is its body. Without an out the
// answer is read and forgotten.
func (c *client) do(method, path string, form any, out any) error {
	req, err := c.request(method, path, form)
	if err != nil {
		return err
	}
	resp, err := web.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s: %.300s", method, path, resp.Status, body)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("%s %s: %w: %.300s", method, path, err, body)
	}
	return nil
}

func (c *client) request(method, path string, form any) (*http.Request, error) {
	var body io.Reader
	if form != nil {
		text, err := json.Marshal(form)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequest(method, c.base+path, body)
	if err != nil {
		return nil, err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	return req, nil
}

// must is do, which must succeed.
func (c *client) must(method, path string, form any, out any) {
	c.t.Helper()
	if err := c.do(method, path, form, out); err != nil {
		c.t.Fatalf("%s: %v", c.name, err)
	}
}

// fields are the members of a request's body.
type fields map[string]any

// post publishes a status.
func (c *client) post(text string, more fields) (s status) {
	c.t.Helper()
	form := fields{"status": text, "visibility": "public"}
	for k, v := range more {
		form[k] = v
	}
	c.must("POST", "/api/v1/statuses", form, &s)
	return s
}

// me is the member's own account.
func (c *client) me() (a account) {
	c.t.Helper()
	c.must("GET", "/api/v1/accounts/verify_credentials", nil, &a)
	return a
}

// find looks an account up by its handle or address, elsewhere if need be.
func (c *client) find(handle string) account {
	c.t.Helper()
	var found struct{ Accounts []account }
	soon(c.t, 20*time.Second, "finding "+handle, func() error {
		err := c.do("GET", "/api/v2/search?"+url.Values{"q": {handle}, "resolve": {"true"}, "type": {"accounts"}}.Encode(), nil, &found)
		if err == nil && len(found.Accounts) == 0 {
			err = fmt.Errorf("nothing found")
		}
		return err
	})
	return found.Accounts[0]
}

// follow follows an account and waits until it was accepted.
func (c *client) follow(handle string) account {
	c.t.Helper()
	a := c.find(handle)
	c.must("POST", "/api/v1/accounts/"+a.ID+"/follow", fields{}, nil)
	soon(c.t, 20*time.Second, "following "+handle, func() error {
		var rel []struct{ Following bool }
		if err := c.do("GET", "/api/v1/accounts/relationships?id[]="+a.ID, nil, &rel); err != nil {
			return err
		}
		if len(rel) != 1 || !rel[0].Following {
			return fmt.Errorf("not accepted: %+v", rel)
		}
		return nil
	})
	return a
}

// home is the newest page of the home timeline.
func (c *client) home() (list []status, err error) {
	err = c.do("GET", "/api/v1/timelines/home?limit=40", nil, &list)
	return list, err
}

// sees waits until a status of the home timeline satisfies is.
func (c *client) sees(what string, is func(s status) bool) (found status) {
	c.t.Helper()
	soon(c.t, 20*time.Second, c.name+" does not see "+what, func() error {
		list, err := c.home()
		if err != nil {
			return err
		}
		for _, s := range list {
			if is(s) {
				found = s
				return nil
			}
		}
		return fmt.Errorf("not among the newest %d", len(list))
	})
	return found
}

// becomes waits until a status satisfies is.
func (c *client) becomes(id, what string, is func(s status) bool) (s status) {
	c.t.Helper()
	soon(c.t, 20*time.Second, fmt.Sprintf("%s: status %s is not %s", c.name, id, what), func() error {
		s = status{}
		if err := c.do("GET", "/api/v1/statuses/"+id, nil, &s); err != nil {
			return err
		}
		if !is(s) {
			return fmt.Errorf("%+v", s)
		}
		return nil
	})
	return s
}

// notified waits for a notification of a type from an account.
func (c *client) notified(kind, acct string) {
	c.t.Helper()
	soon(c.t, 20*time.Second, fmt.Sprintf("%s gets no %s from %s", c.name, kind, acct), func() error {
		var list []struct {
			Type    string
			Account account
		}
		if err := c.do("GET", "/api/v1/notifications?limit=40", nil, &list); err != nil {
			return err
		}
		for _, n := range list {
			if n.Type == kind && n.Account.Acct == acct {
				return nil
			}
		}
		return fmt.Errorf("among %+v", list)
	})
}

// says is a test of a status: does it contain text?
func says(text string) func(status) bool {
	return func(s status) bool { return strings.Contains(s.Content, text) }
}
