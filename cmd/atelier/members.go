package main

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"atelier/models"
	"atelier/models/chapter"
)

// setupCommand is atelier setup.
type setupCommand struct {
	Name        string `required:"" help:"What the chapter is called."`
	Handle      string `help:"The chapter's own handle, a-z, 0-9 and _; made from the name if it is left out."`
	Sentence    string `help:"What the chapter cares about, in one sentence."`
	Steward     string `required:"" placeholder:"NAME" help:"The handle of the first steward."`
	DisplayName string `placeholder:"NAME" help:"What the first steward is called."`
	Email       string `required:"" help:"The first steward's e-mail address."`
	passwordFlag
}

// Run opens the chapter.
func (s *setupCommand) Run(r *run) error {
	c, err := r.open(r.ctx, true)
	if err != nil {
		return err
	}
	defer c.Store.Close()
	password, made, err := s.password(r)
	if err != nil {
		return err
	}
	_, err = c.SetUp(r.ctx, chapter.SetUp{
		Name: s.Name, Handle: s.Handle, Sentence: s.Sentence,
		Steward: chapter.NewMember{Username: s.Steward, Name: s.DisplayName, Email: s.Email, Password: password, Locale: "en"},
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(r.stdout, "%s is open at %s/\n", s.Name, r.urls.Base())
	tell(r.stdout, s.Steward, password, made)
	return nil
}

// passwordFlag says where a password comes from.
type passwordFlag struct {
	PasswordStdin bool `help:"Read the password from standard input; without it one is made and printed."`
}

// password reads a password, or makes one.
func (p passwordFlag) password(r *run) (password string, made bool, err error) {
	if !p.PasswordStdin {
		return strings.ToLower(rand.Text()), true, nil
	}
	line, err := bufio.NewReader(r.stdin).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", false, fmt.Errorf("read the password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), false, nil
}

// tell prints a password that was made.
func tell(w io.Writer, name, password string, made bool) {
	if made {
		fmt.Fprintf(w, "The password of %s is %s\n", name, password)
	}
}

// memberCommand is atelier member.
type memberCommand struct {
	Add           memberAdd     `cmd:"" help:"Add a member."`
	List          memberList    `cmd:"" help:"List the members."`
	Suspend       memberSuspend `cmd:"" help:"Shut a member out and hide what they wrote."`
	Restore       memberRestore `cmd:"" help:"Let a suspended member in again."`
	Delete        memberDelete  `cmd:"" help:"Delete a member for good."`
	ResetPassword memberReset   `cmd:"" help:"Give a member a new password and end their sessions."`
}

type memberAdd struct {
	Name        string `arg:"" help:"The member's handle: a-z, 0-9 and _."`
	Email       string `required:"" help:"The member's e-mail address."`
	Role        string `default:"member" enum:"guest,member,steward,president" placeholder:"guest|member|steward|president" help:"What the member may do (${default})."`
	DisplayName string `placeholder:"NAME" help:"What the member is called."`
	passwordFlag
}

// Run adds the member.
func (m *memberAdd) Run(r *run) error {
	return r.beside(func(c *chapter.Chapter) error {
		password, made, err := m.password(r)
		if err != nil {
			return err
		}
		a, err := c.AddMember(r.ctx, chapter.NewMember{
			Username: m.Name, Name: m.DisplayName, Email: m.Email, Password: password, Role: models.Role(m.Role), Locale: "en",
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(r.stdout, "@%s is a %s now.\n", r.urls.Handle(a.Username), m.Role)
		tell(r.stdout, m.Name, password, made)
		return nil
	})
}

type memberList struct{}

// listed is how many members are read at a time.
const listed = 200

// Run lists the members.
func (memberList) Run(r *run) error {
	return r.beside(func(c *chapter.Chapter) error {
		w := tabwriter.NewWriter(r.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tROLE\tSTATE\tE-MAIL\tSINCE\tLAST SEEN")
		for after := models.ID(0); ; {
			page, err := c.Store.Members(r.ctx, "", after, listed)
			if err != nil {
				return err
			}
			for _, m := range page {
				seen := "never"
				if !m.SeenAt.IsZero() {
					seen = m.SeenAt.Format("2006-01-02")
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", m.Account.Username, m.Role, m.State, m.Email, m.CreatedAt.Format("2006-01-02"), seen)
				after = m.AccountID
			}
			if len(page) < listed {
				return w.Flush()
			}
		}
	})
}

// named is a member that a command is about.
type named struct {
	Name string `arg:"" help:"The member's handle or e-mail address."`
}

func (n named) find(r *run, c *chapter.Chapter) (*models.Member, error) {
	m, err := c.Store.MemberByLogin(r.ctx, n.Name)
	if models.KindOf(err) == models.NotFound {
		return nil, fmt.Errorf("there is no member called %s", n.Name)
	}
	return m, err
}

// operator is who acts on the command line: whoever may run it there may do
// everything.
var operator = models.Viewer{Role: models.President}

type memberSuspend struct{ named }

// Run suspends the member.
func (m *memberSuspend) Run(r *run) error { return m.set(r, models.Suspended, "suspended") }

type memberRestore struct{ named }

// Run lets the member in again.
func (m *memberRestore) Run(r *run) error { return m.set(r, models.Active, "active again") }

func (n named) set(r *run, state models.MemberState, said string) error {
	return r.beside(func(c *chapter.Chapter) error {
		m, err := n.find(r, c)
		if err != nil {
			return err
		}
		if err := c.SetMemberState(r.ctx, operator, m.AccountID, state); err != nil {
			return err
		}
		fmt.Fprintf(r.stdout, "%s is %s.\n", n.Name, said)
		return nil
	})
}

type memberReset struct {
	named
	passwordFlag
}

// Run gives the member a new password.
func (m *memberReset) Run(r *run) error {
	return r.beside(func(c *chapter.Chapter) error {
		member, err := m.find(r, c)
		if err != nil {
			return err
		}
		password, made, err := m.password(r)
		if err != nil {
			return err
		}
		if err := c.SetPassword(r.ctx, member.AccountID, "", password, true, 0); err != nil {
			return err
		}
		fmt.Fprintf(r.stdout, "%s has a new password.\n", m.Name)
		tell(r.stdout, m.Name, password, made)
		return nil
	})
}
