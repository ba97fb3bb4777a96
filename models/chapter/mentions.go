package chapter

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"atelier/models"
	"atelier/models/text"
)

// lookUpFor is how long a post waits for other servers to say who is
// mentioned; who is not known by then is not mentioned.
const lookUpFor = 4 * time.Second

// name finds whom a text mentions, gives the post its mentions, tags and
// emojis, and says how to write them.
func (c *Chapter) name(ctx context.Context, m *models.Member, found text.Found, out *composed) (text.Env, error) {
	p := out.post
	for _, h := range found.Hashtags {
		p.Tags = append(p.Tags, h.Name)
	}
	handles := found.Mentions
	if len(handles) > maxMentions {
		return text.Env{}, models.Errorf(models.Invalid, "A post may mention %d people at most.", maxMentions).On("status")
	}
	people := c.lookUp(ctx, handles, !p.LocalOnly)
	for _, h := range handles {
		a := people[h]
		if a == nil || a.Suspended() || !a.DeletedAt.IsZero() {
			delete(people, h)
			continue
		}
		if err := c.mention(ctx, p, a); err != nil {
			return text.Env{}, err
		}
	}
	if out.parent != nil && p.Visibility == models.Direct && out.parent.AuthorID != m.AccountID {
		// A direct answer goes to whom it answers, named or not.
		if a, err := c.Store.Account(ctx, out.parent.AuthorID); err == nil {
			if err := c.mention(ctx, p, a); err != nil {
				return text.Env{}, err
			}
		}
	}
	return text.Env{
		Mention: func(handle string) (string, string, bool) {
			a := people[handle]
			if a == nil {
				return "", "", false
			}
			return a.URL, a.Username, true
		},
		TagURL: c.URLs.TagPage,
		Image:  func(address string) bool { return strings.HasPrefix(address, c.URLs.Media("")) },
	}, nil
}

// mention adds an account to those a post names. A members' post is not sent
// to, and not shown to, who is no member.
func (c *Chapter) mention(ctx context.Context, p *models.Post, a *models.Account) error {
	for _, m := range p.Mentions {
		if m.AccountID == a.ID {
			return nil
		}
	}
	if p.LocalOnly {
		m, err := c.Store.Member(ctx, a.ID)
		isMember := err == nil && m.Role.AtLeast(models.Ordinary)
		if !isMember && p.Visibility == models.Direct {
			return models.Errorf(models.Invalid, "@%s is no member here, and this message stays here.", a.Acct()).On("status")
		}
		if !isMember {
			return nil
		}
	}
	// Who names a Group elsewhere begins a topic there (FEP-1b12): the post is
	// that Group's to announce, not the chapter's.
	if a.Type == models.Group && !a.Local() && p.Visibility.Open() && !p.IsReply() {
		if g, err := c.Store.Account(ctx, p.GroupID); p.GroupID == 0 || err == nil && g.Local() {
			p.GroupID = a.ID
		}
	}
	p.Mentions = append(p.Mentions, models.Mention{AccountID: a.ID, URI: a.URI, URL: a.URL, Username: a.Username, Acct: a.Acct()})
	return nil
}

// UnexpectedMentions is why a post was refused that mentions others than those
// whom its author's app knew of.
type UnexpectedMentions struct {
	Accounts []models.ID
}

func (u *UnexpectedMentions) Error() string {
	return fmt.Sprintf("%d accounts were not expected", len(u.Accounts))
}

// expected refuses a post that mentions an account that is not in allowed.
func expected(p *models.Post, allowed []models.ID) error {
	var others []models.ID
	for _, m := range p.Mentions {
		if !slices.Contains(allowed, m.AccountID) {
			others = append(others, m.AccountID)
		}
	}
	if len(others) == 0 {
		return nil
	}
	return models.Errorf(models.Invalid, "Post would be sent to unexpected accounts").On("status").Because(&UnexpectedMentions{others})
}

// lookUp returns the accounts with handles, by handle. What is not known is
// asked for elsewhere, if abroad says so, all at once.
func (c *Chapter) lookUp(ctx context.Context, handles []string, abroad bool) map[string]*models.Account {
	out := map[string]*models.Account{}
	var mu sync.Mutex
	var asking sync.WaitGroup
	ctx, cancel := context.WithTimeout(ctx, lookUpFor)
	defer cancel()
	for _, h := range handles {
		if a, err := c.Store.AccountByHandle(ctx, c.LocalHandle(h)); err == nil {
			mu.Lock()
			out[h] = a
			mu.Unlock()
			continue
		}
		if !abroad || c.Find == nil || !strings.Contains(h, "@") {
			continue
		}
		asking.Go(func() {
			if a, err := c.Find.Handle(ctx, h); err == nil {
				mu.Lock()
				out[h] = a
				mu.Unlock()
			}
		})
	}
	asking.Wait()
	return out
}

// LocalHandle takes this server's own domain off a handle, so that name@here
// is name; letter case does not count.
func (c *Chapter) LocalHandle(handle string) string {
	handle = strings.ToLower(strings.TrimPrefix(handle, "@"))
	if name, domain, ok := strings.Cut(handle, "@"); ok && (domain == c.URLs.AccountDomain || domain == c.URLs.Domain) {
		return name
	}
	return handle
}
